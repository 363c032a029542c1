package io.narthex.console;

import jakarta.servlet.http.HttpServletResponse;
import java.security.SecureRandom;
import java.util.Base64;

/** The headers of every page. */
final class PageHeaders {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 16;

    /**
     * Files of the caches are at the same origin, and anybody who may push puts them there: scripts and styles are
     * believed by the answer's nonce and not by where they come from.
     */
    private static final String POLICY = "default-src 'none'; script-src 'nonce-#'; style-src 'nonce-#';"
            + " img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private PageHeaders() {}

    /** Sets them, and gives the nonce. */
    static String set(HttpServletResponse response) {
        byte[] bits = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bits);
        String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        response.setHeader("Content-Security-Policy", POLICY.replace("#", nonce));
        response.setHeader("X-Frame-Options", "DENY");
        // with "no-referrer" browsers would send "Origin: null" with our own forms
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
        return nonce;
    }
}
