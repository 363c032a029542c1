package io.narthex.console.form;

import org.jspecify.annotations.Nullable;

/**
 * One of the values that a field can have.
 *
 * @param title for people
 * @param selected as the attribute has it; null: another is chosen
 */
public record Choice(String value, String title, @Nullable String selected) {
    public static Choice of(String value, String title, boolean chosen) {
        return new Choice(value, title, chosen ? "selected" : null);
    }
}
