package io.narthex.audit;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects refusals until they are written, and merges equal ones. The first of a kind is written when no other has
 * followed for a moment, so that a burst is one event; those of the rest of its minute are one event at the minute's
 * end. Thread-safe.
 */
final class RefusalCounts {
    /** Of kinds in one minute; what is over that is counted under one. */
    static final int MOST = 1_000;
    /** Of reasons of one kind in its minute, which may quote what a client sends: who sends others each time hides nobody. */
    static final int MOST_REASONS = 20;

    static final Duration QUIET = Duration.ofSeconds(2);
    static final Duration MINUTE = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<Same, Count> counts = new HashMap<>();
    private final Map<Kind, Integer> reasons = new HashMap<>();

    /** Who is refused what. */
    private record Kind(
            AuditAction action,
            String kind,
            @Nullable Integer tenantId,
            @Nullable Integer cacheId,
            @Nullable InetAddress address,
            @Nullable String tokenId) {
        static Kind of(AuditEvent event, Actor actor) {
            Object named = event.detail().get("kind");
            return new Kind(
                    event.action(),
                    named == null ? "" : named.toString(),
                    event.tenantId(),
                    event.cacheId(),
                    actor.address(),
                    actor.tokenId());
        }

        /** Too many kinds: only what was refused is still told. */
        static Kind other(AuditAction action) {
            return new Kind(action, "others", null, null, null, null);
        }
    }

    /** What is one event. */
    private record Same(Kind kind, String reason) {}

    private static final class Count {
        private final AuditEvent event;
        private final Actor actor;
        private final String reason;
        private final Instant since;
        private Instant first;
        private Instant last;
        private long waiting;
        private boolean told;

        Count(AuditEvent event, Actor actor, String reason, Instant now) {
            this.event = event;
            this.actor = actor;
            this.reason = reason;
            since = now;
            first = now;
            last = now;
        }

        void add(long more, Instant now) {
            if (waiting == 0) {
                first = now;
            }
            waiting += more;
            last = now;
        }

        boolean isDue(Instant now, boolean all) {
            return waiting > 0 && (all || isOver(now) || (!told && !now.isBefore(last.plus(QUIET))));
        }

        boolean isOver(Instant now) {
            return !now.isBefore(since.plus(MINUTE));
        }

        StorableEvent take() {
            AuditEvent counted = waiting == 1
                    ? event
                    : event.detail("first", first.toString()).detail("last", last.toString());
            StorableEvent row = new StorableEvent(counted, actor, reason, waiting);
            waiting = 0;
            told = true;
            return row;
        }
    }

    RefusalCounts(Clock clock) {
        this.clock = clock;
    }

    synchronized void add(AuditEvent event, Actor actor, String reason) {
        Instant now = clock.instant();
        Kind kind = Kind.of(event, actor);
        Count known = counts.get(new Same(kind, reason));
        if (known == null && counts.size() >= MOST) {
            // every action has a place, so that this adds no more than there are actions
            known = counted(
                    Kind.other(event.action()),
                    AuditEvent.of(event.action()).detail("kind", "others"),
                    Actor.SERVER,
                    "More kinds of refusals in a minute than are told apart",
                    now);
        } else if (known == null && reasons.getOrDefault(kind, 0) >= MOST_REASONS) {
            known = counted(kind, event, actor, "More reasons in a minute than are told apart", now);
        } else if (known == null) {
            known = counted(kind, event, actor, reason, now);
        }
        known.add(1, now);
    }

    private Count counted(Kind kind, AuditEvent event, Actor actor, String reason, Instant now) {
        return counts.computeIfAbsent(new Same(kind, reason), same -> {
            reasons.merge(kind, 1, Integer::sum);
            return new Count(event, actor, reason, now);
        });
    }

    /** What is to be written now. */
    synchronized List<StorableEvent> due(boolean all) {
        Instant now = clock.instant();
        List<StorableEvent> due = new ArrayList<>();
        for (Iterator<Map.Entry<Same, Count>> each = counts.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Same, Count> one = each.next();
            Count count = one.getValue();
            if (count.isDue(now, all)) {
                due.add(count.take());
            }
            if (count.isOver(now)) {
                each.remove();
                reasons.computeIfPresent(one.getKey().kind(), (kind, number) -> number == 1 ? null : number - 1);
            }
        }
        return due;
    }

    /** What could not be written waits again. */
    synchronized void giveBack(StorableEvent row) {
        String reason = row.reason();
        if (reason == null) {
            throw new IllegalArgumentException("not a refusal");
        }
        Instant now = clock.instant();
        Kind kind = Kind.of(row.event(), row.actor());
        Count known = counts.get(new Same(kind, reason));
        if (known == null && counts.size() < 2 * MOST) {
            known = counted(kind, row.event(), row.actor(), reason, now);
        }
        if (known != null) {
            known.add(row.count(), now);
        }
    }
}
