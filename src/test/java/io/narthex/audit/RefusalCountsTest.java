package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalCountsTest {
    private final MovedClock clock = new MovedClock();
    private final RefusalCounts counts = new RefusalCounts(clock);

    @Test
    void makesABurstOneEvent() {
        for (int i = 0; i < 7; i++) {
            add("reason");
        }

        assertThat(counts.due(false)).isEmpty();
        clock.pass(RefusalCounts.QUIET);
        assertThat(counts.due(false)).extracting(StorableEvent::count).containsExactly(7L);
        assertThat(counts.due(true)).isEmpty();
    }

    @Test
    void makesTheRestOfAMinuteOneEventMore() {
        add("reason");
        clock.pass(RefusalCounts.QUIET);
        counts.due(false);

        for (int i = 0; i < 10; i++) {
            clock.pass(Duration.ofSeconds(3));
            add("reason");
            assertThat(counts.due(false)).isEmpty();
        }
        clock.pass(RefusalCounts.MINUTE);
        assertThat(counts.due(false)).extracting(StorableEvent::count).containsExactly(10L);
    }

    @Test
    void endsABurstWithoutEndAtItsMinute() {
        long told = 0;
        for (int i = 0; i < 120; i++) {
            add("reason");
            clock.pass(Duration.ofSeconds(1));
            told += counts.due(false).size();
        }

        assertThat(told).isEqualTo(2);
    }

    @Test
    void tellsKindsApart() {
        add("one");
        add("other");
        counts.add(AuditEvent.of(AuditAction.ACCESS_REFUSED).tenant(1), Actor.SERVER, "one");
        counts.add(AuditEvent.of(AuditAction.ACCESS_REFUSED), Actor.job("x"), "one");

        assertThat(counts.due(true)).hasSize(3);
    }

    @Test
    void tellsReasonsOfOneKindApart() {
        AuditEvent event = AuditEvent.of(AuditAction.PUSH_REFUSED).detail("kind", "malformed");
        counts.add(event, Actor.SERVER, "one");
        counts.add(event, Actor.SERVER, "other");
        counts.add(event, Actor.SERVER, "one");

        assertThat(counts.due(true))
                .extracting(StorableEvent::reason, StorableEvent::count)
                .containsExactlyInAnyOrder(tuple("one", 2L), tuple("other", 1L));
    }

    @Test
    void countsTogetherWhoHasAnotherReasonEachTimeAndNobodyElse() {
        for (int i = 0; i < RefusalCounts.MOST_REASONS + 5; i++) {
            add("reason " + i);
        }
        counts.add(AuditEvent.of(AuditAction.ACCESS_REFUSED).tenant(1), Actor.SERVER, "another's");

        assertThat(counts.due(true))
                .hasSize(RefusalCounts.MOST_REASONS + 2)
                .extracting(StorableEvent::reason, StorableEvent::count)
                .contains(tuple("More reasons in a minute than are told apart", 5L), tuple("another's", 1L));
        clock.pass(RefusalCounts.MINUTE);
        counts.due(false);
        add("in the next minute");
        assertThat(counts.due(true)).extracting(StorableEvent::reason).containsExactly("in the next minute");
    }

    @Test
    void countsTogetherWhatIsTooMuchToTellApart() {
        for (int i = 0; i < RefusalCounts.MOST + 50; i++) {
            counts.add(AuditEvent.of(AuditAction.ACCESS_REFUSED).tenant(i), Actor.SERVER, "reason");
        }

        List<StorableEvent> due = counts.due(true);
        assertThat(due).hasSize(RefusalCounts.MOST + 1);
        assertThat(due.stream().mapToLong(StorableEvent::count).sum()).isEqualTo(RefusalCounts.MOST + 50);
    }

    @Test
    void keepsWhatCouldNotBeWritten() {
        add("reason");
        add("reason");
        List<StorableEvent> due = counts.due(true);

        due.forEach(counts::giveBack);
        assertThat(counts.due(true)).extracting(StorableEvent::count).containsExactly(2L);
    }

    private void add(String reason) {
        counts.add(AuditEvent.of(AuditAction.ACCESS_REFUSED), Actor.SERVER, reason);
    }

    private static final class MovedClock extends Clock {
        private Instant now = Instant.parse("2026-11-26T12:00:00Z");

        void pass(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
