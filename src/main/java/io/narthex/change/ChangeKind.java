package io.narthex.change;

import java.util.Locale;
import java.util.Optional;

/** The kinds of things that can change. */
public enum ChangeKind {
    TOKEN,
    /** All tokens that were made by one trust. */
    TRUST,
    TENANT,
    CACHE,
    KEY,
    UPSTREAM,
    /** A rule about what a cache may not give out; its subject is the cache, 0 for all. */
    DENIAL,
    /** A path was published in a cache, or changed, or is gone from it. */
    PATH;

    /** As the database says it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** None for a kind that only a newer version knows: this one remembers nothing of it. */
    static Optional<ChangeKind> of(String text) {
        for (ChangeKind kind : values()) {
            if (kind.text().equals(text)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
