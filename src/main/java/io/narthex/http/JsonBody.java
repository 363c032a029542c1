package io.narthex.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON object that a client sends to make or change something. It tells an omitted field from one that is null. */
public final class JsonBody {
    /** Bytes; settings are small. */
    public static final int MOST = 64 * 1024;
    /** Of a list. */
    private static final int MOST_ITEMS = 100;
    /** Characters of a text in an object of lists. */
    private static final int LONGEST_ITEM = 500;

    private static final String TEXT = "a text of at most %d characters";

    private static final ObjectMapper MAPPER = new JsonResolver().getContext(JsonNode.class);

    private final JsonNode object;

    private JsonBody(JsonNode object) {
        this.object = object;
    }

    /**
     * Reads a body; an empty one is an object without fields.
     *
     * @param known the names of the fields that there are
     * @throws ProblemException if it is too large, no object, or has another field
     * @throws IOException if it is no JSON, or cannot be read
     */
    public static JsonBody read(InputStream body, Collection<String> known) throws IOException {
        return read(body, known, Set.of());
    }

    /**
     * The same for a PUT: what a GET gave may be sent back as it is, and its fields that nobody can set are not looked at.
     *
     * @param shown what the resource answers with
     */
    public static JsonBody readPut(InputStream body, Collection<String> known, Class<? extends Record> shown)
            throws IOException {
        Set<String> ignored = Arrays.stream(shown.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
        return read(body, known, ignored);
    }

    private static JsonBody read(InputStream body, Collection<String> known, Set<String> ignored) throws IOException {
        byte[] bytes = body.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
            throw new ProblemException(ProblemType.TOO_LARGE, "The body is longer than " + MOST + " bytes");
        }
        JsonNode read = bytes.length == 0 ? MAPPER.createObjectNode() : parse(bytes);
        if (!read.isObject()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "The body must be a JSON object" + met(read));
        }
        checkNames(read, known, ignored);
        return new JsonBody(read);
    }

    private static void checkNames(JsonNode object, Collection<String> known, Set<String> ignored) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name) && !ignored.contains(name)) {
                throw new ProblemException(Problem.of(
                                ProblemType.UNKNOWN_FIELD,
                                "There is no field " + NixFormatException.quote(name) + " here")
                        .with("field", name));
            }
        });
    }

    private static JsonNode parse(byte[] bytes) throws IOException {
        JsonNode read;
        try {
            read = MAPPER.readTree(bytes);
        } catch (CharConversionException e) {
            // what looks like UTF-16 or UTF-32, and is not
            throw new ProblemException(ProblemType.BAD_REQUEST, "The body is not JSON in UTF-8");
        }
        checkTexts(read);
        return read;
    }

    /** Wherever they stand: what comes of a field is kept, or told of in a refusal that is kept. */
    private static void checkTexts(JsonNode node) {
        if (node.isTextual()) {
            RequestText.check(node.textValue(), "A text in the body");
        }
        node.fieldNames().forEachRemaining(name -> RequestText.check(name, "A field's name"));
        node.forEach(JsonBody::checkTexts);
    }

    public JsonField<Boolean> bool(String name) {
        return field(name, value -> value.isBoolean() ? value.booleanValue() : refuse(name, "true or false", value));
    }

    public JsonField<Integer> integer(String name, int least, int most) {
        return field(name, value -> {
            boolean fits = value.isInt() && value.intValue() >= least && value.intValue() <= most;
            return fits ? value.intValue() : refuse(name, "a whole number from " + least + " to " + most, value);
        });
    }

    public JsonField<Long> number(String name, long least, long most) {
        return field(name, value -> {
            boolean fits = value.canConvertToExactIntegral()
                    && value.canConvertToLong()
                    && value.longValue() >= least
                    && value.longValue() <= most;
            return fits ? value.longValue() : refuse(name, "a whole number from " + least + " to " + most, value);
        });
    }

    /** An object with fields of its own. */
    public JsonField<JsonBody> object(String name, Collection<String> known) {
        return field(name, value -> inner(name, value, known, value));
    }

    /** An object of which no answer may repeat what was met in its place: somebody may have written a secret there. */
    public JsonField<JsonBody> secrets(String name, Collection<String> known) {
        return field(name, value -> inner(name, value, known, null));
    }

    private static JsonBody inner(String name, JsonNode value, Collection<String> known, @Nullable JsonNode shown) {
        if (!value.isObject()) {
            return refuse(name, "an object", shown);
        }
        checkNames(value, known, Set.of());
        return new JsonBody(value);
    }

    public JsonField<String> text(String name, int longest) {
        return field(name, value -> {
            boolean fits = value.isTextual() && value.textValue().length() <= longest;
            return fits ? value.textValue() : refuse(name, TEXT.formatted(longest), value);
        });
    }

    /** A text that no answer may repeat. */
    public JsonField<String> secret(String name, int longest) {
        return field(name, value -> {
            boolean fits = value.isTextual() && value.textValue().length() <= longest;
            return fits ? value.textValue() : refuse(name, TEXT.formatted(longest), null);
        });
    }

    /** A constant as JSON has it: {@code require-trusted} for {@code REQUIRE_TRUSTED}. */
    public <E extends Enum<E>> JsonField<E> choice(String name, Class<E> type) {
        return field(
                name, value -> constant(type, value).orElseGet(() -> refuse(name, "one of " + choices(type), value)));
    }

    public <E extends Enum<E>> JsonField<List<E>> choices(String name, Class<E> type) {
        return field(name, value -> items(name, value, "one of " + choices(type), item -> constant(type, item)));
    }

    /**
     * A list.
     *
     * @param each what one must be, as a sentence's end
     * @param reader empty for what is none
     */
    public <T> JsonField<List<T>> list(String name, String each, Function<String, Optional<T>> reader) {
        return field(
                name,
                value -> items(
                        name,
                        value,
                        each,
                        item -> item.isTextual() ? reader.apply(item.textValue()) : Optional.empty()));
    }

    /**
     * An object of lists of texts.
     *
     * @param names what a name in it may be
     */
    public JsonField<Map<String, List<String>>> lists(String name, Predicate<String> names) {
        return field(name, value -> {
            if (!value.isObject() || value.size() > MOST_ITEMS) {
                return refuse(name, "an object with at most " + MOST_ITEMS + " lists of texts", value);
            }
            Map<String, List<String>> read = new LinkedHashMap<>();
            value.properties().forEach(each -> {
                if (!names.test(each.getKey())) {
                    refuse(name, "an object whose names have 1 to 100 printable ASCII characters", value);
                }
                read.put(
                        each.getKey(),
                        items(name + "." + each.getKey(), each.getValue(), "a text", JsonBody::shortText));
            });
            return read;
        });
    }

    private static Optional<String> shortText(JsonNode item) {
        return item.isTextual() && item.textValue().length() <= LONGEST_ITEM
                ? Optional.of(item.textValue())
                : Optional.empty();
    }

    /** An object as it stands, for whoever knows what may be in it. */
    public JsonField<String> object(String name) {
        return field(name, value -> value.isObject() ? value.toString() : refuse(name, "an object", value));
    }

    /** A moment, to the microsecond. */
    public JsonField<Instant> instant(String name) {
        return field(
                name,
                value -> RequestText.moment(value.asText())
                        .orElseGet(() -> refuse(name, "a moment like 2027-01-31T12:00:00Z", value)));
    }

    private <T> JsonField<T> field(String name, Function<JsonNode, T> reader) {
        JsonNode value = object.get(name);
        return value == null || value.isNull()
                ? new JsonField<>(value != null, null)
                : new JsonField<>(true, reader.apply(value));
    }

    private static <T> List<T> items(String name, JsonNode value, String each, Function<JsonNode, Optional<T>> reader) {
        if (!value.isArray() || value.size() > MOST_ITEMS) {
            return refuse(name, "a list of at most " + MOST_ITEMS, value);
        }
        List<T> read = new ArrayList<>();
        for (JsonNode item : value) {
            read.add(reader.apply(item)
                    .orElseThrow(() -> new ProblemException(
                            ProblemType.BAD_REQUEST,
                            name + " has " + NixFormatException.quote(text(item)) + ", which must be " + each)));
        }
        return read;
    }

    private static <E extends Enum<E>> Optional<E> constant(Class<E> type, JsonNode value) {
        for (E constant : type.getEnumConstants()) {
            if (value.isTextual() && text(constant).equals(value.textValue())) {
                return Optional.of(constant);
            }
        }
        return Optional.empty();
    }

    private static <E extends Enum<E>> String choices(Class<E> type) {
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            names.add(text(constant));
        }
        return String.join(", ", names);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // stands where a value would, and never gives one
    private static <T> T refuse(String name, String expected, @Nullable JsonNode value) {
        throw new ProblemException(ProblemType.BAD_REQUEST, name + " must be " + expected + met(value));
    }

    private static String met(@Nullable JsonNode value) {
        return RequestText.met(value == null ? null : text(value));
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
