package io.narthex.retention;

import org.jspecify.annotations.Nullable;

/**
 * How far a run has come, as its node remembers it. What of it is lost with the node is found again: from the run's row, or by
 * doing the step anew. For one thread at a time.
 */
final class Mark {
    /** What the cache holds, of all that can go. */
    PathBits held = new PathBits();
    /** What is kept. */
    PathBits live = new PathBits();
    /** Of that, what its references are marked of. */
    PathBits followed = new PathBits();
    /** What is hidden already. */
    PathBits hidden = new PathBits();

    /** What may go, once it is known. */
    @Nullable
    Referrers referrers;

    /** The last change of a path that was waiting for its references when this began; -1: not asked yet. */
    long lastQueued = -1;
    /** The number up to which what is held was read. */
    int read;
    /** The number down to which what is live was followed in this round; 0: another round begins. */
    int reached;
    /** Whether this round has found anything to follow. */
    boolean found;
    /** The number up to which candidates were written down, or what refers to them was counted. */
    int written;
    /** How many pages the run had when this was last as its row is. */
    long pages;
    /** How many of the dead are hidden or gone. */
    long done;
    /** When all of it was last saved, in nanoseconds of this machine. */
    long savedAt = System.nanoTime();
    /** Where the removal goes on. */
    Object[] removed = Removal.START;

    /** How many paths of the present step are done, and how many there are. */
    long[] progress = {0, 0};

    void progress(long done, long total) {
        progress = new long[] {done, total};
    }

    /** What nothing keeps. */
    PathBits dead() {
        return held.without(live);
    }
}
