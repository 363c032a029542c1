package io.narthex.console.form;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the fields of one form hold: what was typed where the form was posted and refused, else what is now. */
public final class FormValues {
    private final boolean posted;
    private final UnaryOperator<String> typed;
    private final Map<String, String> now;

    /**
     * @param posted whether this form was posted, so that its page is shown because it was refused
     * @param typed the posted text of a field; empty where it has none
     * @param now the texts of fields; one that is not there is empty, and a box that is ticked is {@code on}
     */
    public FormValues(boolean posted, UnaryOperator<String> typed, Map<String, String> now) {
        this.posted = posted;
        this.typed = typed;
        this.now = Map.copyOf(now);
    }

    /** Of several lines, as a field of text has them. */
    public static String lines(List<String> items) {
        return String.join("\n", items);
    }

    public String text(String name) {
        return posted ? typed.apply(name) : now.getOrDefault(name, "");
    }

    /** The attribute of a box that is ticked; null where it is not. */
    public @Nullable String ticked(String name) {
        return text(name).equals("on") ? "checked" : null;
    }

    /**
     * The values that a field can have.
     *
     * @param values with commas between; what stands behind a colon is the value for people
     */
    public List<Choice> choices(String name, String values) {
        String chosen = text(name);
        return List.of(values.split(",", -1)).stream()
                .map(each -> each.split(":", 2))
                .map(each -> Choice.of(each[0], each[each.length - 1], each[0].equals(chosen)))
                .toList();
    }

    /** The attribute of a part that is unfolded, since its form was refused; null where it is not. */
    public @Nullable String getOpen() {
        return posted ? "open" : null;
    }
}
