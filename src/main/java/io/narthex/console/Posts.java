package io.narthex.console;

import io.narthex.access.TokenException;
import io.narthex.console.PageAction.Result;
import io.narthex.http.RequestUrl;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.trust.TrustException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Checks that a posted form is one of ours, and does what it asks for. */
@RequestScoped
public class Posts {
    /** The field of a form that names the action. */
    static final String DO = "do";

    /** The field with the form's token. */
    static final String TOKEN = "form";

    /** The field with the version of what a form changes. */
    static final String VERSION = "version";

    private static final String CHANGED =
            "Somebody has changed it meanwhile. The form still has what you typed: compare"
                    + " it with what the page says now, and send it again";

    /** In the URL of a page that tells what was done. */
    static final String DONE = "done";

    @Inject
    private RequestUrl url;

    @Inject
    private ConsoleRequest console;

    @Inject
    private PageActions actions;

    /** Whether a page of this server posted it. Browsers say so, once. */
    boolean isFromHere(HttpServletRequest request) {
        List<String> origins = Collections.list(request.getHeaders("Origin"));
        try {
            return origins.size() == 1 && url.isOwn(origins.getFirst());
        } catch (ProblemException e) {
            return false; // a Host that is none
        }
    }

    /** The form's token. */
    String token() {
        return console.posted(TOKEN);
    }

    Optional<PageAction> action(PageAddress address) {
        return actions.find(address.page(), console.posted(DO));
    }

    /** Does it. Who loads the page anew afterwards does not do it again. */
    void run(PageAction action, PageAddress address, HttpServletResponse response, Faces faces)
            throws IOException, ServletException {
        try {
            switch (action.run(address, console)) {
                case Result.Done done -> Faces.redirect(response, console.getPath() + "?" + DONE + "=" + action.name());
                case Result.Next next -> Faces.redirect(response, next.path());
                case Result.Shown shown -> {
                    console.say(shown.sentence());
                    console.show(shown.text());
                    faces.show(HttpServletResponse.SC_OK, address.page().view());
                }
            }
        } catch (RefusedActionException e) {
            console.say(e.sentence());
            faces.show(HttpServletResponse.SC_CONFLICT, address.page().view());
        } catch (ProblemException e) {
            refuse(e.problem(), address, faces);
        } catch (TrustException e) {
            refuse(e.problem(), address, faces);
        } catch (TokenException e) {
            refuse(e.problem(), address, faces);
        }
    }

    private void refuse(Problem problem, PageAddress address, Faces faces) throws IOException, ServletException {
        console.say(sentence(problem));
        faces.show(problem.type().status(), address.page().view());
    }

    private String sentence(Problem problem) {
        boolean late = problem.type() == ProblemType.PRECONDITION_FAILED
                && !console.posted(VERSION).isEmpty();
        return late ? CHANGED : problem.line().strip();
    }
}
