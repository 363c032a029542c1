package io.narthex.nix.nar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Turns file names, which are bytes, into text for JSON so that no two of them become one. Nix itself writes the bytes
 * as they are, which no reader of JSON takes (2.8), or gives up (nlohmann::json's {@code dump}, since 2.12).
 *
 * <p>A name in UTF-8 is its own text. A byte that is none becomes U+FFFD and its two hexadecimal digits, and so does each
 * byte of a U+FFFD that stands in the name itself.
 */
public final class NameText {
    private static final char MARK = '\uFFFD';
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private NameText() {}

    public static String of(byte[] name) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(name);
        CharBuffer out = CharBuffer.allocate(name.length);
        StringBuilder text = new StringBuilder(name.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            append(text, out.flip());
            out.clear();
            if (!result.isMalformed()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                mark(text, in.get());
            }
            decoder.reset();
        }
    }

    private static void append(StringBuilder text, CharBuffer decoded) {
        while (decoded.hasRemaining()) {
            char c = decoded.get();
            if (c == MARK) {
                for (byte b : String.valueOf(MARK).getBytes(StandardCharsets.UTF_8)) {
                    mark(text, b);
                }
            } else {
                text.append(c);
            }
        }
    }

    private static void mark(StringBuilder text, byte b) {
        text.append(MARK).append(HEX.toHexDigits(b));
    }

    /** The name that has this text; a U+FFFD without digits behind it stands for itself. */
    public static byte[] bytes(String text) {
        ByteArrayOutputStream name = new ByteArrayOutputStream(text.length());
        int done = 0;
        for (int mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + 1)) {
            if (isHex(text, mark + 1) && isHex(text, mark + 2)) {
                name.writeBytes(text.substring(done, mark).getBytes(StandardCharsets.UTF_8));
                name.write(HexFormat.fromHexDigits(text, mark + 1, mark + 3));
                done = mark + 3;
            }
        }
        name.writeBytes(text.substring(done).getBytes(StandardCharsets.UTF_8));
        return name.toByteArray();
    }

    private static boolean isHex(String text, int at) {
        return at < text.length() && HexFormat.isHexDigit(text.charAt(at));
    }
}
