package io.narthex.browse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Splits a URL's path into names, as the bytes they stand for. */
final class UrlNames {
    private UrlNames() {}

    /**
     * The names behind a prefix.
     *
     * @param path as it came, still escaped
     * @return empty when an escape is wrong or a name is one that no file has: {@code .}, {@code ..}, with a slash or NUL
     */
    static Optional<List<byte[]>> after(String path, String prefix) {
        if (!path.startsWith(prefix)) {
            return Optional.empty();
        }
        List<byte[]> names = new ArrayList<>();
        for (String segment : path.substring(prefix.length()).split("/", -1)) {
            if (segment.isEmpty()) {
                continue;
            }
            Optional<byte[]> name = unescape(segment);
            if (name.isEmpty()) {
                return Optional.empty();
            }
            names.add(name.get());
        }
        return Optional.of(names);
    }

    private static Optional<byte[]> unescape(String segment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
        byte[] text = segment.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < text.length; i++) {
            int value = text[i];
            if (value == '%') {
                int high = i + 2 <= text.length - 1 ? Character.digit(text[i + 1], 16) : -1;
                int low = high < 0 ? -1 : Character.digit(text[i + 2], 16);
                if (low < 0) {
                    return Optional.empty();
                }
                value = high << 4 | low;
                i += 2;
            }
            if (value == 0 || value == '/') {
                return Optional.empty();
            }
            bytes.write(value);
        }
        byte[] name = bytes.toByteArray();
        boolean dots = Arrays.equals(name, new byte[] {'.'}) || Arrays.equals(name, new byte[] {'.', '.'});
        return dots ? Optional.empty() : Optional.of(name);
    }

    /** A name as a URL has it. */
    static String escape(byte[] name) {
        StringBuilder text = new StringBuilder();
        for (byte b : name) {
            boolean plain = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || b == '-'
                    || b == '.'
                    || b == '_'
                    || b == '~'
                    || b == '+';
            if (plain) {
                text.append((char) b);
            } else {
                text.append(String.format(Locale.ROOT, "%%%02X", b));
            }
        }
        return text.toString();
    }
}
