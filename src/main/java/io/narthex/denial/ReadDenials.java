package io.narthex.denial;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All rules as they were read from the database.
 *
 * @param seen what the reading saw: PostgreSQL's snapshot, as text
 */
record ReadDenials(List<Denial> rules, String seen) {
    ReadDenials {
        rules = List.copyOf(rules);
    }

    /** By their numbers. */
    Map<Long, Denial> byId() {
        return rules.stream().collect(Collectors.toMap(Denial::id, Function.identity()));
    }
}
