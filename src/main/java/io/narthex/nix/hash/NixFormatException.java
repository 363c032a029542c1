package io.narthex.nix.hash;

/**
 * Says that a text has not the form it should have. {@link #subject()} names the thing that was refused ("store path",
 * "Sig"); the message says why and never repeats a secret.
 */
public final class NixFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Refused input is quoted up to here, so that a hostile text does not fill a log line. */
    private static final int MOST_QUOTED = 80;

    private final String subject;

    public NixFormatException(String subject, String reason) {
        super(subject + ": " + reason);
        this.subject = subject;
    }

    public NixFormatException(String subject, NixFormatException cause) {
        super(subject + ": " + cause.getMessage(), cause);
        this.subject = subject;
    }

    public String subject() {
        return subject;
    }

    /** The text in quotes, cut short, with everything outside printable ASCII replaced by {@code ?}. */
    public static String quote(String text) {
        String start = text.length() > MOST_QUOTED ? text.substring(0, MOST_QUOTED) + "..." : text;
        StringBuilder quoted = new StringBuilder(start.length() + 2).append('\'');
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            quoted.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return quoted.append('\'').toString();
    }
}
