package io.narthex.lane;

import io.narthex.share.Sharer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Tests a lane: it asks for turns as somebody new would, to tell whether such a one gets any. Thread-safe. */
final class LaneProbe {
    /** Whoever waits for so long has gone to another node. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Of nobody's tenant. */
    private static final Sharer NOBODY = new Sharer("probe", "", "");

    private final FairLane lane;
    private final LongSupplier nanos;
    private final AtomicBoolean waits = new AtomicBoolean();
    private volatile long servedAt;

    /** @param nanos a clock that only goes forwards */
    LaneProbe(FairLane lane, LongSupplier nanos) {
        this.lane = lane;
        this.nanos = nanos;
        servedAt = nanos.getAsLong();
    }

    /** Asks for a turn, unless it waits for one still. To be called more often than it has patience. */
    void ask() {
        if (waits.compareAndSet(false, true)) {
            lane.run(NOBODY, this::served, () -> waits.set(false));
        }
    }

    private void served() {
        servedAt = nanos.getAsLong();
        waits.set(false);
    }

    /** Whether it got no turn for too long: it waits, or finds not even room in the line. */
    boolean isStuck() {
        return nanos.getAsLong() - servedAt > PATIENCE_NANOS;
    }

    /** How the lane stands. */
    Lanes.State state() {
        return new Lanes.State(lane.name(), lane.held(), lane.queued(), isStuck());
    }
}
