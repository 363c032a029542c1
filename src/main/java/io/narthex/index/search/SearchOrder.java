package io.narthex.index.search;

import java.time.Instant;
import java.util.Comparator;

/** What is found first. An index of each table has each order. */
public enum SearchOrder {
    /** The newest first. */
    AGE("published_at", "indexed_at"),
    /** The largest first. */
    SIZE("nar_size", "nar_size"),
    /** What was used last first; behind it what the machine's store has, of which that is not noted. */
    USE("last_used", "indexed_at");

    private final String pushedColumn;
    private final String localColumn;

    SearchOrder(String pushedColumn, String localColumn) {
        this.pushedColumn = pushedColumn;
        this.localColumn = localColumn;
    }

    String pushedColumn() {
        return pushedColumn;
    }

    String localColumn() {
        return localColumn;
    }

    Comparator<FoundPath> order() {
        Comparator<FoundPath> smallest = switch (this) {
            case AGE -> Comparator.comparing(FoundPath::since);
            case SIZE -> Comparator.comparingLong(FoundPath::narSize);
            case USE -> Comparator.comparing(SearchOrder::use);
        };
        return smallest.reversed();
    }

    private static Instant use(FoundPath path) {
        Instant used = path.lastUsed();
        return used == null ? Instant.EPOCH : used;
    }
}
