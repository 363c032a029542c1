package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.access.TokenLogin.Entry;
import io.narthex.change.DatabaseAwayException;
import io.narthex.console.session.Session;
import io.narthex.console.session.Sessions;
import io.narthex.http.DatabaseAway;
import io.narthex.http.Right;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Stands before every page: finds the session, decides what it may see and do, and lets Faces show a view. */
@WebFilter(
        filterName = "ConsoleFilter",
        urlPatterns = PageAddress.ROOT + "/*",
        asyncSupported = true,
        dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class ConsoleFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    /** In bytes, of a form. */
    private static final long LONGEST = 64 << 10;

    private static final String LOG_OUT = "log-out";

    private static final String CHANGED =
            "Your groups have changed, or the provider does not know you any more: log in again";

    @Inject
    private transient Sessions sessions;

    @Inject
    private transient TokenLogin login;

    @Inject
    private transient ConsoleRequest console;

    @Inject
    private transient LogIn logIn;

    @Inject
    private transient ProviderLogIn provider;

    @Inject
    private transient Posts posts;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getRequestURI().startsWith(AssetServlet.ROOT)) {
            chain.doFilter(request, response);
            return;
        }
        request.setCharacterEncoding(StandardCharsets.UTF_8.name());
        console.begin(PageHeaders.set(response));
        try {
            answer(request, response, new Faces(request, response, chain));
        } catch (RuntimeException | ServletException e) {
            if (!(e instanceof DatabaseAwayException) && !DatabaseAway.isCauseOf(e)) {
                throw e;
            }
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, Faces faces)
            throws IOException, ServletException {
        if (LogIn.wasRefused(request)) {
            logIn.refused(request, faces);
            return;
        }
        switch (request.getMethod()) {
            case "GET", "HEAD" -> get(request, response, faces);
            case "POST" -> post(request, response, faces);
            default -> response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        }
    }

    private void get(HttpServletRequest request, HttpServletResponse response, Faces faces)
            throws IOException, ServletException {
        Optional<Session> session = session(request);
        if (provider.isAt(request)) {
            provider.get(request, faces, session);
            return;
        }
        if (session.isEmpty()) {
            logIn.ask(request, faces, "");
            return;
        }
        switch (provider.check(session.get(), false)) {
            case GOOD -> show(session.get(), request, response, faces);
            case ENDED -> {
                end(session.get(), response);
                logIn.ask(request, faces, CHANGED);
            }
            case UNKNOWN -> response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    private void show(Session session, HttpServletRequest request, HttpServletResponse response, Faces faces)
            throws IOException, ServletException {
        Optional<PageAddress> address = PageAddress.parse(request.getRequestURI());
        Right right = address.map(a -> a.page().right()).orElse(Right.AUTHENTICATED);
        Entry entry = enter(session, address, right, request);
        if (entry == Entry.ENDED) {
            end(session, response);
            logIn.ask(request, faces, "The session has ended with its token");
        } else if (address.isEmpty()) {
            faces.refuse(HttpServletResponse.SC_NOT_FOUND);
        } else {
            console.entered(session, address.get());
            faces.show(entry, address.get());
        }
    }

    private void post(HttpServletRequest request, HttpServletResponse response, Faces faces)
            throws IOException, ServletException {
        long length = request.getContentLengthLong();
        if (length < 0 || length > LONGEST) {
            response.sendError(
                    length < 0
                            ? HttpServletResponse.SC_LENGTH_REQUIRED
                            : HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
            return;
        }
        if (!posts.isFromHere(request)) {
            faces.refuse(HttpServletResponse.SC_FORBIDDEN);
            return;
        }
        Optional<Session> session = session(request);
        if (console.posted(Posts.DO).equals(LogIn.NAME)) {
            logIn.post(request, response, faces, session);
            return;
        }
        if (session.isEmpty()) {
            Faces.redirect(response, LogIn.url(request.getRequestURI()));
            return;
        }
        if (!session.get().id().isFormToken(posts.token())) {
            faces.refuse(HttpServletResponse.SC_FORBIDDEN);
        } else if (console.posted(Posts.DO).equals(LOG_OUT)) {
            end(session.get(), response);
            Faces.redirect(response, PageAddress.ROOT);
        } else {
            switch (provider.check(session.get(), true)) {
                case GOOD -> act(request, response, faces, session.get());
                case ENDED -> {
                    end(session.get(), response);
                    Faces.redirect(response, LogIn.url(request.getRequestURI()));
                }
                case UNKNOWN -> response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            }
        }
    }

    private void act(HttpServletRequest request, HttpServletResponse response, Faces faces, Session session)
            throws IOException, ServletException {
        Optional<PageAddress> address = PageAddress.parse(request.getRequestURI());
        Optional<PageAction> action = address.flatMap(posts::action);
        Right right = action.map(PageAction::right).orElse(Right.AUTHENTICATED);
        Entry entry = enter(session, address, right, request);
        if (entry == Entry.ENDED) {
            end(session, response);
            Faces.redirect(response, LogIn.url(request.getRequestURI()));
            return;
        }
        if (address.isEmpty() || action.isEmpty()) {
            faces.refuse(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        console.entered(session, address.get());
        if (entry != Entry.ALLOWED) {
            faces.show(entry, address.get());
        } else if (action.get().needsFreshLogIn() && !session.isFresh()) {
            logIn.askAgain(request, faces);
        } else {
            posts.run(action.get(), address.get(), response, faces);
        }
    }

    private Optional<Session> session(HttpServletRequest request) {
        return Cookies.SESSION.read(request).flatMap(sessions::use);
    }

    private Entry enter(Session session, Optional<PageAddress> address, Right right, HttpServletRequest request) {
        return login.enter(
                session.credentials(),
                session.id().bits(),
                right,
                address.map(PageAddress::tenant).orElse(""),
                address.map(PageAddress::cache).orElse(""),
                request.getMethod(),
                request.getRequestURI());
    }

    private void end(Session session, HttpServletResponse response) {
        sessions.close(session.id());
        Cookies.SESSION.take(response);
    }
}
