package io.narthex.transfer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads which part of a content of known length a client asks for (RFC 9110, 14.2). */
public sealed interface ByteRange {
    /** All of it: no range, several, or one that is not understood. */
    record Whole() implements ByteRange {}

    /** Bytes from {@code first} to {@code last}, both included. */
    record Part(long first, long last) implements ByteRange {
        public long length() {
            return last - first + 1;
        }
    }

    /** A range that has no byte of the content. */
    record Unsatisfiable() implements ByteRange {}

    Pattern SINGLE = Pattern.compile("\\s*bytes\\s*=\\s*([0-9]*)\\s*-\\s*([0-9]*)\\s*");

    /** More digits than any length has: as good as the largest. */
    int DIGITS = 18;

    static ByteRange parse(@Nullable String header, long length) {
        Matcher m = SINGLE.matcher(header == null ? "" : header);
        if (!m.matches() || (m.group(1).isEmpty() && m.group(2).isEmpty())) {
            return new Whole();
        }
        long last = m.group(2).isEmpty() ? Long.MAX_VALUE : number(m.group(2));
        if (m.group(1).isEmpty()) {
            long suffix = Math.min(last, length);
            return suffix == 0 ? new Unsatisfiable() : new Part(length - suffix, length - 1);
        }
        long first = number(m.group(1));
        if (last < first) {
            return new Whole();
        }
        return first >= length ? new Unsatisfiable() : new Part(first, Math.min(last, length - 1));
    }

    private static long number(String digits) {
        String plain = digits.replaceFirst("^0+(?=.)", "");
        return plain.length() > DIGITS ? Long.MAX_VALUE : Long.parseLong(plain);
    }
}
