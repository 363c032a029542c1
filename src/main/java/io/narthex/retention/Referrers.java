package io.narthex.retention;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Gives paths that may go in an order in which each comes after all that refer to it. A path is given once each of its
 * referrers was said to be done; where one is not, because it is kept, what it needs is never given. For one thread at a time.
 */
final class Referrers {
    private final int[] paths;
    /** How many of the paths refer to each. */
    private final int[] waiting;
    /** Places of those that nothing refers to any more, first in first out. */
    private final int[] ready;

    private int given;
    private int known;

    /** @param paths in ascending order */
    Referrers(int[] paths) {
        this.paths = paths.clone();
        waiting = new int[paths.length];
        ready = new int[paths.length];
    }

    /** References of some of the paths, packed, four bytes each; one that several refer to comes as often. */
    void count(byte[] references) {
        forEach(references, place -> waiting[place]++);
    }

    /** All have been counted. */
    void begin() {
        for (int place = 0; place < paths.length; place++) {
            if (waiting[place] == 0) {
                ready[known++] = place;
            }
        }
    }

    /** So many at most that nothing refers to any more; none: what is left is needed by what is kept. */
    int[] next(int most) {
        int[] page = new int[Math.min(most, known - given)];
        for (int i = 0; i < page.length; i++) {
            page[i] = paths[ready[given++]];
        }
        return page;
    }

    /** Paths with these references are hidden or gone. */
    void done(byte[] references) {
        forEach(references, place -> {
            if (--waiting[place] == 0) {
                ready[known++] = place;
            }
        });
    }

    private interface Each {
        void place(int place);
    }

    private void forEach(byte[] references, Each each) {
        ByteBuffer numbers = ByteBuffer.wrap(references);
        while (numbers.hasRemaining()) {
            int place = Arrays.binarySearch(paths, numbers.getInt());
            if (place >= 0) {
                each.place(place);
            }
        }
    }
}
