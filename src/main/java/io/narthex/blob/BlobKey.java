package io.narthex.blob;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name under which a blob lies in its store: 26 letters of {@code [a-z2-7]}, 130 random bits.
 *
 * @param text as it stands in rows
 */
public record BlobKey(String text) {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 26;
    private static final Pattern FORM = Pattern.compile("[a-z2-7]{" + LENGTH + "}");

    public BlobKey {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not the key of a blob");
        }
    }

    /**
     * The key that {@link #text()} gave.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static BlobKey parse(String text) {
        return new BlobKey(text);
    }

    /** The same; empty where the text is none, under which no store has anything. */
    public static Optional<BlobKey> tryParse(String text) {
        return isKey(text) ? Optional.of(new BlobKey(text)) : Optional.empty();
    }

    static boolean isKey(String text) {
        return FORM.matcher(text).matches();
    }

    static BlobKey random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        StringBuilder text = new StringBuilder(LENGTH);
        for (byte b : bytes) {
            text.append(LETTERS.charAt(b & 31));
        }
        return new BlobKey(text.toString());
    }

    @Override
    public String toString() {
        return text;
    }
}
