package io.narthex.nix.signature;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.StrictBase64;
import java.util.Base64;

/** Splits {@code name:base64} at the first colon: the form that keys and signatures share. */
@SuppressWarnings("ArrayRecordComponent") // lives for one call only, never shared
record NamedBytes(String name, byte[] bytes) {
    /** Longer than any host name with a counter behind it (DNS: 253), so that a key name cannot fill a page. */
    private static final int MAX_NAME_LENGTH = 300;

    static NamedBytes parse(String subject, String text, int size) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new NixFormatException(subject, "no colon between name and base64");
        }
        String name = text.substring(0, colon);
        checkName(subject, name);
        byte[] bytes = StrictBase64.decode(subject, text.substring(colon + 1));
        checkSize(subject, bytes, size);
        return new NamedBytes(name, bytes);
    }

    static String format(String name, byte[] bytes) {
        return name + ':' + Base64.getEncoder().encodeToString(bytes);
    }

    /** What can stand in trusted-public-keys: no colon, and no space, at which that setting is split. */
    static void checkName(String subject, String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new NixFormatException(subject, "the key name is empty or too long");
        }
        // no stream: every signature that is read comes by here
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c > '~' || c == ':') {
                throw new NixFormatException(subject, "the key name has a character that is not allowed");
            }
        }
    }

    static void checkSize(String subject, byte[] bytes, int size) {
        if (bytes.length != size) {
            throw new NixFormatException(subject, bytes.length + " bytes where " + size + " belong");
        }
    }
}
