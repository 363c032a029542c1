package io.narthex.configuration;

/** Says that a setting cannot be used: one line that names it, shows its value and says what is allowed. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SettingsException(String message) {
        super(message);
    }
}
