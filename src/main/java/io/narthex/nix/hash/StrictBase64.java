package io.narthex.nix.hash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads base64 that is written in the one right way for each value: the JDK's decoder also takes a missing padding and
 * stray last bits.
 */
public final class StrictBase64 {
    private StrictBase64() {}

    /**
     * Reads the one spelling that the encoder writes.
     *
     * @param subject what the text is, for the exception; the text itself is not repeated, it may be a secret
     * @throws NixFormatException unless encoding the bytes gives the same text again
     */
    public static byte[] decode(String subject, String text) {
        // A character outside Latin-1 becomes '?', which base64 does not have.
        byte[] characters = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(characters);
        } catch (IllegalArgumentException e) {
            throw new NixFormatException(subject, "not base64");
        }
        if (!Arrays.equals(Base64.getEncoder().encode(bytes), characters)) {
            throw new NixFormatException(subject, "base64 with a wrong end");
        }
        return bytes;
    }
}
