package io.narthex.configuration;

/** A setting that cannot be used; the message is one line that names it, shows its value and says what is allowed. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SettingsException(String message) {
        super(message);
    }
}
