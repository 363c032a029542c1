package io.narthex.console.form;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Makes the JSON that the API takes of what was typed into a form. What is no number, for one, stays a text, so that the API's
 * reader says what it should be; an empty field is null, which resets it.
 */
public final class FormJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final UnaryOperator<String> typed;
    private final ObjectNode json = NODES.objectNode();

    /** @param typed the posted text of a field; empty where it has none */
    public FormJson(UnaryOperator<String> typed) {
        this.typed = typed;
    }

    private String read(String name) {
        return typed.apply(name).strip();
    }

    public FormJson text(String name) {
        json.set(name, read(name).isEmpty() ? NODES.nullNode() : NODES.textNode(read(name)));
        return this;
    }

    public FormJson number(String name) {
        json.set(name, number(read(name), read(name)));
        return this;
    }

    /** A size in bytes, which may have a unit. */
    public FormJson size(String name) {
        json.set(name, number(SizeText.bytes(read(name)), read(name)));
        return this;
    }

    private static JsonNode number(String digits, String otherwise) {
        if (otherwise.isEmpty()) {
            return NODES.nullNode();
        }
        // eighteen nines are less than the greatest long
        return digits.matches("[0-9]{1,18}") ? NODES.numberNode(Long.parseLong(digits)) : NODES.textNode(otherwise);
    }

    /** Whether a box is ticked. */
    public FormJson box(String name) {
        json.put(name, read(name).equals("on"));
        return this;
    }

    /** Each line that is not empty. */
    public FormJson lines(String name) {
        ArrayNode items = json.putArray(name);
        split(read(name)).forEach(items::add);
        return this;
    }

    /** Those of the values whose boxes are ticked; the box of a value has the name {@code list-value}. */
    public FormJson boxes(String list, List<String> values) {
        ArrayNode items = json.putArray(list);
        values.stream().filter(value -> read(list + "-" + value).equals("on")).forEach(items::add);
        return this;
    }

    /** Lines like {@code name=value}; several of one name are the values that it may have. A line without the sign is a name without values. */
    public FormJson pairs(String name) {
        ObjectNode all = json.putObject(name);
        for (String line : split(read(name))) {
            int sign = line.indexOf('=');
            String key = sign < 0 ? line : line.substring(0, sign).strip();
            ArrayNode values = all.withArrayProperty(key);
            if (sign >= 0) {
                values.add(line.substring(sign + 1).strip());
            }
        }
        return this;
    }

    /** Another object within this. */
    public FormJson object(String name, FormJson inner) {
        json.set(name, inner.json);
        return this;
    }

    private static List<String> split(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    /** The JSON in UTF-8. */
    public byte[] bytes() {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
