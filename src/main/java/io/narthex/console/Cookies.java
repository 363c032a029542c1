package io.narthex.console;

import io.narthex.console.session.SessionId;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;

/** The cookies of the console: of who is logged in, and of who is about to. */
enum Cookies {
    SESSION("narthex-console"),
    /** What the form to log in carries too, so that no other site logs anybody in. */
    BEFORE("narthex-log-in"),
    /** Of who is on the way to the provider and back: its site sends the browser here by a link, with which Lax cookies come. */
    AWAY("narthex-away");

    private static final String ATTRIBUTES = "; Path=" + PageAddress.ROOT + "; Secure; HttpOnly; SameSite=Lax";

    private final String name;

    Cookies(String name) {
        this.name = name;
    }

    /** What the browser sent; empty where it has not the form. */
    Optional<SessionId> read(HttpServletRequest request) {
        Cookie[] all = request.getCookies();
        if (all != null) {
            for (Cookie cookie : all) {
                if (cookie.getName().equals(name)) {
                    return SessionId.tryParse(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    /** For as long as the browser runs. */
    void give(HttpServletResponse response, SessionId id) {
        response.addHeader("Set-Cookie", name + "=" + id.reveal() + ATTRIBUTES);
    }

    void take(HttpServletResponse response) {
        response.addHeader("Set-Cookie", name + "=; Max-Age=0" + ATTRIBUTES);
    }
}
