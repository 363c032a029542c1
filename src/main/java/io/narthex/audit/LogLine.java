package io.narthex.audit;

import org.jspecify.annotations.Nullable;

/** Writes one log line of {@code key=value} pairs, and quotes what needs it. */
final class LogLine {
    private static final String PLAIN = "[A-Za-z0-9:._/+@=,-]+";

    private final StringBuilder line;

    LogLine(String event) {
        line = new StringBuilder("event=").append(event);
    }

    /** Adds one; null adds nothing. A value with other than plain characters stands in quotes. */
    LogLine add(String key, @Nullable String value) {
        if (value != null) {
            line.append(' ').append(key).append('=').append(value.matches(PLAIN) ? value : quoted(value));
        }
        return this;
    }

    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
