package io.narthex.quota;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much a tenant or a cache may hold. It is also the JSON that says so.
 *
 * @param maxBytes null: any number
 * @param warnAt percent of that at which an event warns
 * @param evictAfterMinutes for how long what was used is safe from eviction
 */
public record Quota(@Nullable Long maxBytes, int warnAt, WhenFull whenFull, int evictAfterMinutes) {
    /** Nothing is bounded that nobody has bounded. */
    public static final Quota INITIAL = new Quota(null, 85, WhenFull.REFUSE, 60);

    public Quota {
        if ((maxBytes != null && maxBytes <= 0) || warnAt < 1 || warnAt > 100 || evictAfterMinutes < 0) {
            throw new IllegalArgumentException("a quota of " + maxBytes + " bytes, " + warnAt + " %");
        }
    }

    /** The same with another bound. */
    public Quota withMaxBytes(@Nullable Long bytes) {
        return new Quota(bytes, warnAt, whenFull, evictAfterMinutes);
    }

    /** As values that the record of a change has. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("maxBytes", maxBytes == null ? "any" : maxBytes);
        facts.put("warnAt", warnAt);
        facts.put("whenFull", whenFull.name().toLowerCase(Locale.ROOT));
        facts.put("evictAfterMinutes", evictAfterMinutes);
        return facts;
    }
}
