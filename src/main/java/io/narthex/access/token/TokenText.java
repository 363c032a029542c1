package io.narthex.access.token;

import io.narthex.configuration.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Makes and reads the text of a token: {@code narthex_{id}_{secret}}. The id has 16 lower case letters and digits; the
 * secret is 256 random bits as 43 characters of base64url. Secret scanners find it by
 * {@code narthex_[a-z0-9]{16}_[A-Za-z0-9_-]{43}}.
 */
public final class TokenText {
    static final String PREFIX = "narthex_";

    private static final String ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 16;
    private static final int RANDOM_BYTES = 32;
    private static final int SECRET_LENGTH = 43;
    private static final int SECRET_AT = PREFIX.length() + ID_LENGTH + 1;

    private TokenText() {}

    /** A new one. */
    public static Secret make(SecureRandom random) {
        StringBuilder text = new StringBuilder(PREFIX);
        for (int i = 0; i < ID_LENGTH; i++) {
            text.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        byte[] bits = new byte[RANDOM_BYTES];
        random.nextBytes(bits);
        return new Secret(text.append('_')
                .append(Base64.getUrlEncoder().withoutPadding().encodeToString(bits))
                .toString());
    }

    /** The id in it; null for what has not the form of a token, for instance the administrator's. */
    public static @Nullable String publicId(Secret token) {
        String text = token.reveal();
        boolean form = text.length() == SECRET_AT + SECRET_LENGTH
                && text.startsWith(PREFIX)
                && text.charAt(SECRET_AT - 1) == '_';
        return form ? text.substring(PREFIX.length(), SECRET_AT - 1) : null;
    }
}
