package io.narthex.access;

import io.narthex.configuration.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Reads the token from an Authorization header. */
final class PresentedToken {
    private PresentedToken() {}

    /**
     * The token, {@link Secret#NONE} if the header holds none that can be read.
     *
     * @param authorization {@code Bearer token}, or {@code Basic} with base64 of {@code user:token}, where the user may be
     *     anything (RFC 7617: all after the first colon is the password)
     */
    static Secret parse(String authorization) {
        String[] words = authorization.strip().split(" +", 2);
        if (words.length < 2) {
            return Secret.NONE;
        }
        return switch (words[0].toLowerCase(Locale.ROOT)) {
            case "bearer" -> new Secret(words[1]);
            case "basic" -> password(words[1]);
            default -> Secret.NONE;
        };
    }

    private static Secret password(String base64) {
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return Secret.NONE;
        }
        String pair = new String(decoded, StandardCharsets.UTF_8);
        int colon = pair.indexOf(':');
        return colon < 0 ? Secret.NONE : new Secret(pair.substring(colon + 1));
    }
}
