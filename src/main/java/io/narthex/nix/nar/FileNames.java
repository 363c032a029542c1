package io.narthex.nix.nar;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Gives file names as the bytes they are, under any locale. A {@code Path} of a Unix JVM keeps the bytes that the
 * kernel gave it; its {@code toString} decodes them by the locale and loses those that it cannot, its {@code toUri}
 * escapes each byte and loses none. Names of ASCII, nearly all, take the short way through {@code toString}.
 */
public final class FileNames {
    private static final Path ROOT = Path.of("/");

    private static final String HEX = "0123456789ABCDEF";

    private FileNames() {}

    /** The path in {@code directory} with that name, which has no slash and no NUL. */
    public static Path resolve(Path directory, byte[] name) {
        return directory.resolve(absolute(name, 0, name.length).getFileName());
    }

    /**
     * The path that has exactly these bytes, for a link's target. {@code Path.of} drops a double slash, which some real
     * targets have; {@code resolve} puts one behind a path that ends with one.
     *
     * @throws NarException.UnsupportedTarget for three slashes in a row, or two at either end: not to be had at all
     */
    static Path target(byte[] bytes) throws NarException {
        Path path = Path.of("");
        int start = 0;
        for (int i = 1; i <= bytes.length; i++) {
            if (i == bytes.length || (bytes[i] == '/' && bytes[i - 1] == '/')) {
                path = path.resolve(part(bytes, start, i));
                start = i + 1;
            }
        }
        if (!Arrays.equals(bytes(path), bytes)) {
            throw new NarException.UnsupportedTarget();
        }
        return path;
    }

    private static Path part(byte[] bytes, int start, int end) {
        if (start >= end) {
            return Path.of("");
        }
        if (bytes[start] == '/') {
            return absolute(bytes, start + 1, end);
        }
        Path absolute = absolute(bytes, start, end);
        return absolute.subpath(0, absolute.getNameCount());
    }

    /** The bytes behind a slash. An escaped slash at their end is kept, a plain one would be dropped. */
    private static Path absolute(byte[] bytes, int start, int end) {
        StringBuilder uri = new StringBuilder("file:///");
        for (int i = start; i < end; i++) {
            uri.append('%').append(HEX.charAt((bytes[i] >> 4) & 15)).append(HEX.charAt(bytes[i] & 15));
        }
        return Path.of(URI.create(uri.toString()));
    }

    /**
     * The bytes of a path: a name in a directory, or a link's target as {@code readSymbolicLink} gave it, absolute or
     * relative, with the slashes it has.
     */
    public static byte[] bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        String escaped = ROOT.resolve(path).toUri().getRawPath();
        int start = path.isAbsolute() ? 0 : 1;
        // toUri adds a slash where it happens to find a directory.
        boolean added = escaped.endsWith("/") && !text.endsWith("/");
        return unescape(escaped.substring(start, escaped.length() - (added ? 1 : 0)));
    }

    private static byte[] unescape(String escaped) {
        byte[] bytes = new byte[escaped.length()];
        int length = 0;
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes[length++] = (byte) Integer.parseInt(escaped, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[length++] = (byte) escaped.charAt(i);
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
