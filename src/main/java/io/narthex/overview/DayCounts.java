package io.narthex.overview;

import io.narthex.overview.Overview.DayNumbers;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds up what is known of each of the last thirty days, for one cache or one tenant. For one thread. */
final class DayCounts {
    static final int DAYS = 30;

    private final LocalDate first;
    private final long[] hits = new long[DAYS];
    private final long[] misses = new long[DAYS];
    private final long[] pushes = new long[DAYS];
    private final long[] refusals = new long[DAYS];
    private final @Nullable Long[] paths = new Long[DAYS];
    private final @Nullable Long[] bytes = new Long[DAYS];

    /** @param today the last of them */
    DayCounts(LocalDate today) {
        first = firstOf(today);
    }

    /** The first of the days of which {@code today} is the last. */
    static LocalDate firstOf(LocalDate today) {
        return today.minusDays(DAYS - 1);
    }

    /** A row of how a cache was used; one of another day is left out. */
    void addUse(LocalDate day, long hit, long missed, long pushed, long refused) {
        int i = index(day);
        if (i >= 0) {
            hits[i] += hit;
            misses[i] += missed;
            pushes[i] += pushed;
            refusals[i] += refused;
        }
    }

    /** A row of what a cache held. */
    void addHeld(LocalDate day, long pathCount, long byteCount) {
        int i = index(day);
        if (i >= 0) {
            paths[i] = sum(paths[i], pathCount);
            bytes[i] = sum(bytes[i], byteCount);
        }
    }

    /** What is held now, in place of what was written down today. */
    void setNow(long pathCount, long byteCount) {
        paths[DAYS - 1] = pathCount;
        bytes[DAYS - 1] = byteCount;
    }

    private int index(LocalDate day) {
        long index = ChronoUnit.DAYS.between(first, day);
        return index >= 0 && index < DAYS ? (int) index : -1;
    }

    private static Long sum(@Nullable Long before, long more) {
        return before == null ? more : before + more;
    }

    @Nullable
    Double hitRate() {
        return rate(Arrays.stream(hits).sum(), Arrays.stream(misses).sum());
    }

    long pushes() {
        return Arrays.stream(pushes).sum();
    }

    long refusals() {
        return Arrays.stream(refusals).sum();
    }

    /** The days, the oldest first. */
    List<DayNumbers> days() {
        List<DayNumbers> days = new ArrayList<>(DAYS);
        for (int i = 0; i < DAYS; i++) {
            days.add(new DayNumbers(
                    first.plusDays(i),
                    paths[i],
                    bytes[i],
                    hits[i],
                    misses[i],
                    rate(hits[i], misses[i]),
                    pushes[i],
                    refusals[i]));
        }
        return days;
    }

    private static @Nullable Double rate(long found, long missed) {
        return found + missed == 0 ? null : (double) found / (found + missed);
    }
}
