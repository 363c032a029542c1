package io.narthex.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes a text so that PostgreSQL can keep it. Clients send whatever they like, and a row that cannot be written
 * would be missing just where somebody looks for it.
 */
final class Storable {
    /** Of a text; what clients send in URLs and names is shorter. */
    static final int LONGEST = 10_000;
    /** Entries of a list or of an object, each. */
    static final int MOST_ENTRIES = 1_000;
    /** Objects in objects; what is deeper is told as text. */
    static final int DEEPEST = 20;

    /** What stands where something cannot be kept (Unicode, 23.8). */
    private static final char REPLACEMENT = '\uFFFD';

    private Storable() {}

    /** The text with U+FFFD for each NUL and each half of a surrogate pair, cut where it is too long. */
    static @Nullable String text(@Nullable String text) {
        if (text == null || isStorable(text)) {
            return text;
        }
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        StringBuilder kept = new StringBuilder(cut.length());
        cut.codePoints().forEach(c -> kept.appendCodePoint(isStorable(c) ? c : REPLACEMENT));
        return kept.toString();
    }

    private static boolean isStorable(String text) {
        return text.length() <= LONGEST && text.codePoints().allMatch(Storable::isStorable);
    }

    /** PostgreSQL keeps no NUL in text; UTF-8 has no surrogates. */
    private static boolean isStorable(int codePoint) {
        return codePoint != 0 && Character.getType(codePoint) != Character.SURROGATE;
    }

    /** The same for names and values, whatever they hold. */
    static Map<String, Object> detail(Map<String, Object> detail) {
        return object(detail, 0);
    }

    private static Map<String, Object> object(Map<?, ?> object, int depth) {
        Map<String, Object> kept = new LinkedHashMap<>();
        for (Map.Entry<?, ?> each : object.entrySet()) {
            if (kept.size() == MOST_ENTRIES) {
                kept.put("…", object.size() - MOST_ENTRIES + " more");
                break;
            }
            kept.put(String.valueOf(text(String.valueOf(each.getKey()))), value(each.getValue(), depth));
        }
        return kept;
    }

    @SuppressWarnings("NullAway") // JSON has null, and so may a value in a value
    private static Object value(@Nullable Object value, int depth) {
        return switch (value) {
            case null -> null;
            case String text -> text(text);
            case Map<?, ?> object when depth < DEEPEST -> object(object, depth + 1);
            case Collection<?> list when depth < DEEPEST -> list(list, depth + 1);
            case Map<?, ?> deep -> text(deep.toString());
            case Collection<?> deep -> text(deep.toString());
            default -> value;
        };
    }

    private static List<Object> list(Collection<?> list, int depth) {
        List<Object> kept = new ArrayList<>();
        for (Object each : list) {
            if (kept.size() == MOST_ENTRIES) {
                kept.add("… " + (list.size() - MOST_ENTRIES) + " more");
                break;
            }
            kept.add(value(each, depth));
        }
        return kept;
    }
}
