package io.narthex.change;

/**
 * Knows when the database was heard last, and so whether memory may still answer. It is no bean, so that the hot path
 * asks it without a proxy. Thread-safe, never blocks.
 */
public final class Heartbeat {
    private static final long SILENCE_NANOS = FeedTimes.SILENCE.toNanos();
    private static final long ALONE_NANOS = FeedTimes.ALONE.toNanos();

    private final long staleNanos;
    private volatile Heard last = new Heard(System.nanoTime(), false, false);

    /** @param since when the poll began that heard it, in the time of {@link System#nanoTime()} */
    private record Heard(long since, boolean alone, boolean lost) {
        boolean isYounger(long nanos) {
            return System.nanoTime() - since < nanos;
        }

        boolean isCurrent() {
            return !lost && isYounger(SILENCE_NANOS);
        }
    }

    /**
     * Heard just now.
     *
     * @param staleNanos how long memory may be used while the database is away
     */
    public Heartbeat(long staleNanos) {
        this.staleNanos = staleNanos;
    }

    /** Whether memory is known to be current but for the last half second of other nodes. */
    public boolean isHeard() {
        return last.isCurrent();
    }

    /** Whether no other node can have changed anything of late: memory may say that an upload is absent. */
    public boolean isAlone() {
        Heard heard = last;
        return heard.alone && !heard.lost && heard.isYounger(ALONE_NANOS);
    }

    /** Whether memory may still say that something is present. */
    public boolean isRemembered() {
        Heard heard = last;
        return heard.isCurrent() || heard.isYounger(staleNanos);
    }

    /**
     * Goes on only while the database is heard.
     *
     * @throws DatabaseAwayException when it is not
     */
    public void require() {
        if (!isHeard()) {
            throw new DatabaseAwayException();
        }
    }

    /**
     * All that had changed is known.
     *
     * @param since when asking began, in the time of {@link System#nanoTime()}
     * @param alone whether there was no other node
     */
    synchronized void heard(long since, boolean alone) {
        last = new Heard(since, alone, false);
    }

    synchronized void lost() {
        last = new Heard(last.since, false, true);
    }
}
