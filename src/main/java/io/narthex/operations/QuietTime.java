package io.narthex.operations;

/**
 * Tells when a busy time has ended, from the number of garbage collections, looked at once a minute. For one thread at
 * a time.
 */
final class QuietTime {
    /** What jobs and timers of a server at rest cause in a minute. */
    private static final long AT_REST = 1;

    /** Fewer than this since memory was given back are no busy time: a full collection costs a fifth of a second. */
    private static final long BUSY = 5;

    private long lastSeen;
    private long lastGivenBack;

    /** @param collections how many there have been since the start; true once for each busy time that ended */
    boolean hasBegun(long collections) {
        boolean quiet = collections - lastSeen <= AT_REST;
        lastSeen = collections;
        return quiet && collections - lastGivenBack >= BUSY;
    }

    /** Memory was given back, which itself counts as collections. */
    void collected(long collections) {
        lastSeen = collections;
        lastGivenBack = collections;
    }
}
