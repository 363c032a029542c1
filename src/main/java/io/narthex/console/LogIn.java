package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.access.TokenLogin.Credential;
import io.narthex.configuration.Secret;
import io.narthex.console.session.Arrivals;
import io.narthex.console.session.Session;
import io.narthex.console.session.SessionId;
import io.narthex.console.session.Sessions;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks for a token and begins a session with it. A wrong token is refused half a second later; no thread waits for that. */
@ApplicationScoped
public class LogIn {
    /** Of the button. */
    static final String NAME = "log-in";

    private static final String NEXT = "next";

    /** As with the API's own. */
    private static final long DELAY_MILLIS = 500;

    /** A refusal that waits costs memory and a connection; more than this many come at once. */
    private static final int MOST_WAITING = 1000;

    private static final String REFUSAL = LogIn.class.getName();

    private static final String AGAIN =
            "This is hard to undo, and needs a log-in that is not older than ten minutes: log in again, then repeat it";

    private static final String NO_COOKIE = "The browser sent back no cookie. Browsers keep this one only where the"
            + " page came by HTTPS, or from this machine itself";

    /** A page of the console, so that the log-in leads nowhere else. */
    private static final int LONGEST_NEXT = 500;

    private static final Pattern OWN = Pattern.compile("/console(/[A-Za-z0-9._~%+-]+)*/?");

    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger waiting = new AtomicInteger();

    @Inject
    private Sessions sessions;

    @Inject
    private Arrivals arrivals;

    @Inject
    private TokenLogin login;

    @Inject
    private ConsoleRequest console;

    @Inject
    private Posts posts;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    /** Where to log in, to see this page then. */
    static String url(String path) {
        return isOwn(path) && !path.equals(PageAddress.ROOT)
                ? PageAddress.ROOT + "?" + NEXT + "=" + URLEncoder.encode(path, StandardCharsets.UTF_8)
                : PageAddress.ROOT;
    }

    /** Whether it is the path of a page of the console. */
    static boolean isOwn(String path) {
        return path.length() <= LONGEST_NEXT && OWN.matcher(path).matches();
    }

    /** Shows the form at the console's own URL, and leads there from all others. */
    void ask(HttpServletRequest request, Faces faces, String sentence) throws IOException, ServletException {
        String path = request.getRequestURI();
        if (path.equals(PageAddress.ROOT) || path.equals(PageAddress.ROOT + "/")) {
            form(request, faces, HttpServletResponse.SC_OK, console.parameter(NEXT), sentence);
        } else {
            Faces.redirect(faces.response(), url(path));
        }
    }

    /** Shows the form to who is logged in, for too long. */
    void askAgain(HttpServletRequest request, Faces faces) throws IOException, ServletException {
        console.again();
        form(request, faces, HttpServletResponse.SC_FORBIDDEN, request.getRequestURI(), AGAIN);
    }

    /** Shows the form with a sentence. */
    void form(HttpServletRequest request, Faces faces, int status, String next, String sentence)
            throws IOException, ServletException {
        SessionId before = Cookies.BEFORE.read(request).orElseGet(() -> SessionId.make(random));
        Cookies.BEFORE.give(faces.response(), before);
        console.stranger(before.formToken(), isOwn(next) ? next : "");
        console.say(sentence);
        faces.show(status, View.LOG_IN);
    }

    /** Takes what the form holds. A session that there was ends: the new one has another id. */
    void post(HttpServletRequest request, HttpServletResponse response, Faces faces, Optional<Session> former)
            throws IOException, ServletException {
        Optional<SessionId> before = Cookies.BEFORE.read(request);
        if (before.filter(id -> id.isFormToken(posts.token())).isEmpty()) {
            String sentence = before.isEmpty() ? NO_COOKIE : "The form was too old: try again";
            form(request, faces, HttpServletResponse.SC_FORBIDDEN, console.posted(NEXT), sentence);
            return;
        }
        SessionId id = SessionId.make(random);
        TokenLogin.Answer answer = login.show(new Secret(console.posted("token")), id.bits(), PageAddress.ROOT);
        Credential credential = answer.credential();
        if (credential == null) {
            refuse(request, answer, faces);
            return;
        }
        former.ifPresent(session -> sessions.close(session.id()));
        arrivals.open(id, credential);
        Cookies.BEFORE.take(response);
        Cookies.SESSION.give(response, id);
        String next = console.posted(NEXT);
        Faces.redirect(response, isOwn(next) ? next : PageAddress.ROOT);
    }

    private void refuse(HttpServletRequest request, TokenLogin.Answer answer, Faces faces)
            throws IOException, ServletException {
        request.setAttribute(REFUSAL, answer.sentence());
        if (!answer.isGuess() || waiting.get() >= MOST_WAITING) {
            refused(request, faces);
            return;
        }
        AsyncContext later = request.startAsync();
        later.setTimeout(0);
        waiting.incrementAndGet();
        try {
            ScheduledFuture<?> unused = timer.schedule(() -> takeUp(later), DELAY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            takeUp(later);
        }
    }

    private void takeUp(AsyncContext later) {
        waiting.decrementAndGet();
        later.dispatch();
    }

    /** Whether the present request has waited for its refusal. */
    static boolean wasRefused(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ASYNC && sentence(request) != null;
    }

    private static @Nullable Object sentence(HttpServletRequest request) {
        return request.getAttribute(REFUSAL);
    }

    /** Shows the form again. */
    void refused(HttpServletRequest request, Faces faces) throws IOException, ServletException {
        form(request, faces, HttpServletResponse.SC_FORBIDDEN, console.posted(NEXT), String.valueOf(sentence(request)));
    }
}
