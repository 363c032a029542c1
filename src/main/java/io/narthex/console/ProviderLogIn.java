package io.narthex.console;

import io.narthex.access.RoleTokens;
import io.narthex.access.token.RoleIn;
import io.narthex.configuration.Oidc;
import io.narthex.configuration.Secret;
import io.narthex.console.oidc.Attempt;
import io.narthex.console.oidc.Provider;
import io.narthex.console.oidc.ProviderException;
import io.narthex.console.oidc.RoleRules;
import io.narthex.console.session.Arrival;
import io.narthex.console.session.Arrivals;
import io.narthex.console.session.ProviderTurns;
import io.narthex.console.session.Session;
import io.narthex.console.session.SessionId;
import io.narthex.console.session.Sessions;
import io.narthex.http.RequestUrl;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Sends people to the provider of the settings to log in, takes them back, and asks it anew whether they are still who they were. */
@Named("provider")
@ApplicationScoped
public class ProviderLogIn {
    private static final String START = PageAddress.ROOT + "/oidc";

    /** The provider is told of it beforehand: console.md names it. */
    private static final String BACK = START + "/callback";

    private static final String NEXT = "next";
    private static final String AGAIN = "again";

    /** A code has some hundred characters. */
    private static final int LONGEST = 4_096;

    private static final String ANOTHER =
            "This log-in did not begin in this browser, or has come to its end before: begin it again";

    private final SecureRandom random = new SecureRandom();

    @Inject
    private Provider provider;

    @Inject
    private Sessions sessions;

    @Inject
    private Arrivals arrivals;

    @Inject
    private ProviderTurns turns;

    @Inject
    private RoleTokens roleTokens;

    @Inject
    private LogIn logIn;

    @Inject
    private ConsoleRequest console;

    @Inject
    private RequestUrl url;

    /** What the provider says of a session now. */
    enum Standing {
        /** It goes on. */
        GOOD,
        /** The person's groups are others, or there is no such person any more. */
        ENDED,
        /** It gives no answer, or another request waits for that. */
        UNKNOWN
    }

    /** Whether this is a URL of the way to the provider and back. */
    boolean isAt(HttpServletRequest request) {
        String path = request.getRequestURI();
        return isConfigured() && (path.equals(START) || path.equals(BACK));
    }

    /** Answers at such a URL. */
    void get(HttpServletRequest request, Faces faces, Optional<Session> former) throws IOException, ServletException {
        try {
            if (request.getRequestURI().equals(START)) {
                send(faces.response());
            } else {
                takeBack(request, faces, former);
            }
        } catch (ProviderException e) {
            if (e.isRefusal()) {
                roleTokens.refused(BACK, e.sentence());
            }
            int status = e.isRefusal() ? HttpServletResponse.SC_FORBIDDEN : HttpServletResponse.SC_SERVICE_UNAVAILABLE;
            logIn.form(request, faces, status, "", e.sentence());
        }
    }

    private void send(HttpServletResponse response) throws ProviderException {
        SessionId bits = SessionId.make(random);
        String next = console.parameter(NEXT);
        String to = provider.authorizationUrl(
                new Attempt(bits.bits()),
                redirect(),
                LogIn.isOwn(next) ? next : "",
                console.parameter(AGAIN).equals("true"));
        Cookies.AWAY.give(response, bits);
        Faces.redirect(response, to);
    }

    private String redirect() {
        return url.base().text() + BACK;
    }

    private void takeBack(HttpServletRequest request, Faces faces, Optional<Session> former)
            throws IOException, ServletException, ProviderException {
        Optional<Attempt> attempt = Cookies.AWAY.read(request).map(bits -> new Attempt(bits.bits()));
        Optional<String> next = attempt.flatMap(one -> one.next(console.parameter("state")));
        String issuer = console.parameter("iss");
        // RFC 9207: a provider that says who it is says so here too
        boolean other = !issuer.isEmpty() && !issuer.equals(oidc().issuer());
        if (attempt.isEmpty() || next.isEmpty() || other) {
            logIn.form(request, faces, HttpServletResponse.SC_FORBIDDEN, "", ANOTHER);
            return;
        }
        Cookies.AWAY.take(faces.response());
        String code = console.parameter("code");
        if (code.isEmpty() || code.length() > LONGEST) {
            logIn.form(
                    request, faces, HttpServletResponse.SC_FORBIDDEN, next.get(), "The provider has not logged you in");
            return;
        }
        Provider.Answer answer = provider.exchange(attempt.get(), code, redirect());
        SessionId id = SessionId.make(random);
        Arrival arrival = new Arrival(
                answer.person().subject(),
                answer.person().name(),
                roles(answer),
                answer.refresh(),
                answer.person().authenticatedAt());
        if (!arrivals.open(id, arrival)) {
            String sentence = answer.person().name() + " has no role here: no group that the provider tells is in"
                    + " NARTHEX_OIDC_ROLES";
            roleTokens.refused(BACK, sentence);
            logIn.form(request, faces, HttpServletResponse.SC_FORBIDDEN, next.get(), sentence);
            return;
        }
        former.ifPresent(session -> sessions.close(session.id()));
        Cookies.BEFORE.take(faces.response());
        Cookies.SESSION.give(faces.response(), id);
        Faces.redirect(faces.response(), LogIn.isOwn(next.get()) ? next.get() : PageAddress.ROOT);
    }

    private Set<RoleIn> roles(Provider.Answer answer) {
        return RoleRules.roles(oidc().roles(), answer.person().groups());
    }

    /**
     * Asks the provider anew where its word is too old, or always.
     *
     * @param always before something is changed
     */
    Standing check(Session session, boolean always) {
        Session.Known person = session.person().orElse(null);
        if (person == null || !(always || person.isOld())) {
            return Standing.GOOD;
        }
        if (!isConfigured()) {
            return Standing.ENDED;
        }
        if (person.refresh().isEmpty()) {
            // it cannot be asked but by the browser
            return person.isOld() ? Standing.ENDED : Standing.GOOD;
        }
        if (!turns.claim(session.id())) {
            return always ? Standing.UNKNOWN : Standing.GOOD;
        }
        return ask(session, person, person.refresh().get());
    }

    private Standing ask(Session session, Session.Known person, Secret refresh) {
        try {
            Provider.Answer answer = provider.refresh(refresh);
            Set<String> roles = roles(answer).stream().map(RoleIn::text).collect(Collectors.toSet());
            if (!answer.person().subject().equals(person.subject()) || !roles.equals(person.roles())) {
                return Standing.ENDED;
            }
            turns.answered(session.id(), answer.refresh());
            return Standing.GOOD;
        } catch (ProviderException e) {
            if (e.isRefusal()) {
                return Standing.ENDED;
            }
            turns.release(session.id());
            return Standing.UNKNOWN;
        }
    }

    private Oidc oidc() {
        return provider.settings().orElseThrow();
    }

    /** Whether the form to log in offers it. */
    public boolean isConfigured() {
        return provider.settings().isPresent();
    }

    /** The provider's host. */
    public String getHost() {
        return URI.create(oidc().issuer()).getHost();
    }

    /** Where the log-in begins that leads to the same page as the form beside it. */
    public String getLink() {
        String link = START + "?" + NEXT + "=" + URLEncoder.encode(console.getNext(), StandardCharsets.UTF_8);
        return console.isAgain() ? link + "&" + AGAIN + "=true" : link;
    }
}
