package io.narthex.promotion;

import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;

/**
 * Names the row of a path among three tables by one number, as the function {@code promotable_paths} takes it: what was pushed by its
 * row, what a machine's store has by its row with a minus, what an upstream has by its row and 2^62.
 */
final class RowNumber {
    private static final long OF_UPSTREAM = 1L << 62;

    private RowNumber() {}

    /** The number of a path as the index gives it. */
    static long of(SignedPath path) {
        if (path.isUploaded()) {
            return path.rowId();
        }
        return path.source() instanceof NarSource.InLocalStore ? -path.rowId() : ofUpstream(path.rowId());
    }

    static long ofUpstream(long row) {
        return row + OF_UPSTREAM;
    }

    static boolean isUploaded(long number) {
        return number >= 0 && number < OF_UPSTREAM;
    }

    static boolean isOfStore(long number) {
        return number < 0;
    }

    static boolean isOfUpstream(long number) {
        return number >= OF_UPSTREAM;
    }

    /** The row of an upstream's path. */
    static long row(long number) {
        return number - OF_UPSTREAM;
    }
}
