package io.narthex.nix.hash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes and reads Nix's base-32: the bytes as one little-endian number, its most significant digit first.
 *
 * <p>Nix: src/libutil/base-nix-32.cc.
 */
public final class NixBase32 {
    /** No e, o, t and u, so that no hash spells a word one would regret. */
    private static final String ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";

    private static final int BITS = 5;

    private static final byte[] VALUES = values();

    private NixBase32() {}

    public static String encode(byte[] bytes) {
        byte[] text = new byte[encodedLength(bytes.length)];
        for (int n = 0; n < text.length; n++) {
            int bit = n * BITS;
            int at = bit / 8;
            int pair = (bytes[at] & 0xff) | (at + 1 < bytes.length ? (bytes[at + 1] & 0xff) << 8 : 0);
            text[text.length - 1 - n] = (byte) digit((pair >>> (bit % 8)) & 31);
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /**
     * Reads such a text back, strictly.
     *
     * @throws NixFormatException on a foreign character, a length that no bytes have, or bits beyond the last byte
     */
    public static byte[] decode(String text) {
        byte[] bytes = new byte[(int) ((long) text.length() * BITS / 8)];
        if (encodedLength(bytes.length) != text.length()) {
            throw new NixFormatException("base32", "no bytes have a text of " + text.length() + " characters");
        }
        for (int n = 0; n < text.length(); n++) {
            int value = value(text.charAt(text.length() - 1 - n));
            if (value < 0) {
                throw new NixFormatException("base32", "foreign character in " + NixFormatException.quote(text));
            }
            int bit = n * BITS;
            int at = bit / 8;
            int pair = value << (bit % 8);
            bytes[at] |= (byte) pair;
            if (at + 1 < bytes.length) {
                bytes[at + 1] |= (byte) (pair >>> 8);
            } else if (pair >>> 8 != 0) {
                throw new NixFormatException("base32", "bits beyond the last byte");
            }
        }
        return bytes;
    }

    /** The character for a value of 0 to 31. */
    public static char digit(int value) {
        return ALPHABET.charAt(value);
    }

    /** The value of a character, 0 to 31, or -1 where it is not one of the alphabet. */
    public static int value(char character) {
        return character < VALUES.length ? VALUES[character] : -1;
    }

    static int encodedLength(int bytes) {
        return (int) (((long) bytes * 8 + BITS - 1) / BITS);
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            values[ALPHABET.charAt(i)] = (byte) i;
        }
        return values;
    }
}
