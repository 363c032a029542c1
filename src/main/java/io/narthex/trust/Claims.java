package io.narthex.trust;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an identity token says. */
record Claims(Map<String, Object> values) {
    /** Null: it is not there, or no text, or one with a NUL, which the database cannot keep; such a claim matches nothing. */
    @Nullable
    String text(String name) {
        return values.get(name) instanceof String text && text.indexOf('\0') < 0 ? text : null;
    }

    /** Whatever it is, as long as it is one thing; null: it is not there, or is more. For what is kept, not for what is decided. */
    @Nullable
    String shown(String name) {
        return values.get(name) instanceof Number number ? number.toString() : flag(name);
    }

    /** The same of what is yes or no, which some issuers say as text. */
    @Nullable
    String flag(String name) {
        return values.get(name) instanceof Boolean flag ? flag.toString() : text(name);
    }
}
