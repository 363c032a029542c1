package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LastUseTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final LastUse lastUse = new LastUse(Clock.fixed(NOON, ZoneOffset.UTC));
    private final Map<Long, Instant> written = new TreeMap<>();
    private final List<Integer> sizes = new ArrayList<>();

    @Test
    void isWrittenTogetherAndOnce() {
        note(1, 2, 3);

        lastUse.write(uses -> take(uses, 0, ""));
        lastUse.write(uses -> take(uses, 0, ""));

        assertThat(written).containsOnlyKeys(1L, 2L, 3L).containsValue(NOON);
        assertThat(sizes).containsExactly(3);
    }

    @Test
    void isNotHeldBackByATokenThatCannotBeWritten() {
        note(1, 2, 3, 4);

        lastUse.write(uses -> take(uses, 2, "23514"));

        assertThat(written).containsOnlyKeys(1L, 3L, 4L);
    }

    @Test
    void isGivenUpForTheTokenThatCannotBeWritten() {
        note(2, 3);
        lastUse.write(uses -> take(uses, 2, "23514"));
        note(1);
        sizes.clear();

        lastUse.write(uses -> take(uses, 2, "23514"));

        assertThat(sizes).containsExactly(1);
        assertThat(written).containsOnlyKeys(1L, 3L);
    }

    @Test
    void asksADatabaseThatIsAwayOnlyOnce() {
        note(1, 2, 3);

        lastUse.write(uses -> take(uses, 2, "57P01"));

        assertThat(written).isEmpty();
        assertThat(sizes).containsExactly(3);
    }

    private void note(long... tokens) {
        for (long token : tokens) {
            lastUse.note(token);
        }
    }

    /** All or nothing, as a transaction does. */
    private void take(Map<Long, Instant> uses, long bad, String state) {
        sizes.add(uses.size());
        if (uses.containsKey(bad)) {
            throw new IllegalStateException(new SQLException("not this one", state));
        }
        written.putAll(uses);
    }
}
