package io.narthex.quota;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The quota that somebody wants: what is omitted stays, null resets it. */
public final class QuotaRequest {
    private static final List<String> FIELDS = List.of("maxBytes", "warnAt", "whenFull", "evictAfterMinutes");

    /** A hundred years: what is used is safe for good. */
    private static final int LONGEST_MINUTES = 100 * 366 * 24 * 60;

    private final boolean named;
    private final @Nullable Fields fields;

    private record Fields(
            JsonField<Long> maxBytes,
            JsonField<Integer> warnAt,
            JsonField<WhenFull> whenFull,
            JsonField<Integer> evictAfterMinutes) {}

    private QuotaRequest(boolean named, @Nullable Fields fields) {
        this.named = named;
        this.fields = fields;
    }

    /** Reads the field {@code quota} of a body. */
    public static QuotaRequest read(JsonBody body) {
        JsonField<JsonBody> field = body.object("quota", FIELDS);
        JsonBody quota = field.value();
        return new QuotaRequest(
                field.named(),
                quota == null
                        ? null
                        : new Fields(
                                quota.number("maxBytes", 1, Long.MAX_VALUE),
                                quota.integer("warnAt", 1, 100),
                                quota.choice("whenFull", WhenFull.class),
                                quota.integer("evictAfterMinutes", 0, LONGEST_MINUTES)));
    }

    /** The quota that comes of it. */
    public Quota over(Quota kept, Quota initial) {
        if (fields == null) {
            return named ? initial : kept;
        }
        JsonField<Long> bytes = fields.maxBytes();
        return new Quota(
                bytes.named() ? bytes.value() : kept.maxBytes(),
                fields.warnAt().or(kept.warnAt(), initial.warnAt()),
                fields.whenFull().or(kept.whenFull(), initial.whenFull()),
                fields.evictAfterMinutes().or(kept.evictAfterMinutes(), initial.evictAfterMinutes()));
    }
}
