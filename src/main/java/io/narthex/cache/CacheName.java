package io.narthex.cache;

import io.narthex.tenant.NameRule;
import java.util.Optional;

/** The name of a cache, unique among the caches of its tenant. */
public record CacheName(String text) {
    public static final CacheName DEFAULT = new CacheName("default");

    public CacheName {
        if (!NameRule.allows(text)) {
            throw new IllegalArgumentException("A cache's name is " + NameRule.SENTENCE);
        }
    }

    /** Empty for what is no cache's name. */
    public static Optional<CacheName> tryParse(String text) {
        return NameRule.allows(text) ? Optional.of(new CacheName(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
