package io.narthex.configuration;

/**
 * A text that must not be shown: it prints as {@code ***}.
 *
 * @param reveal the text itself, empty if there is none
 */
public record Secret(String reveal) {
    /** No password at all. */
    public static final Secret NONE = new Secret("");

    @Override
    public String toString() {
        return "***";
    }
}
