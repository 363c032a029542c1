package io.narthex.quota;

import java.util.concurrent.TimeUnit;

/**
 * What this node may still take into one cache without asking the database. Thread-safe; who asks the database is waited for
 * by the other uploads into the same cache.
 */
final class Allowance {
    /** Asked for beside what is needed: some thousand small files, and a part of a small quota. */
    static final long SPARE = 64L << 20;

    /** Somebody who pushes path by path is back sooner. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Granting granting;
    private long underWay;
    private long left;
    private boolean unbounded;
    private boolean granted;
    private long usedAt = System.nanoTime();

    /** Asks the database for room. */
    interface Granting {
        /**
         * Reserves room in place of all that was reserved before.
         *
         * @param wanted for all that is under way
         * @return at least as much; negative where there is no quota
         * @throws QuotaFullException where there is no room
         */
        long reserve(long wanted, long spare);

        void release();
    }

    Allowance(Granting granting) {
        this.granting = granting;
    }

    /** @throws QuotaFullException where there is no room for so many bytes more */
    synchronized void take(long bytes) {
        if (!unbounded && left < bytes) {
            long wanted = Math.addExact(underWay, bytes);
            long got = granting.reserve(wanted, SPARE);
            unbounded = got < 0;
            granted = !unbounded;
            left = unbounded ? 0 : got - underWay;
        }
        underWay += bytes;
        left = unbounded ? 0 : left - bytes;
        usedAt = System.nanoTime();
    }

    /**
     * Ends what was taken.
     *
     * @param kept whether the bytes are counted now; else they may come again
     * @return whether nothing more is under way
     */
    synchronized boolean giveBack(long bytes, boolean kept) {
        underWay -= bytes;
        if (!kept && !unbounded) {
            left += bytes;
        }
        usedAt = System.nanoTime();
        return underWay == 0;
    }

    /** A quota may have changed: the next upload asks. */
    synchronized void forget() {
        unbounded = false;
        left = 0;
    }

    /** Gives back what nobody uses; false where it is to be asked again later. */
    synchronized boolean releaseIfIdle() {
        if (underWay > 0 || !granted) {
            return true;
        }
        if (System.nanoTime() - usedAt < IDLE_NANOS) {
            return false;
        }
        granting.release();
        granted = false;
        left = 0;
        return true;
    }
}
