package io.narthex.retention;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * References of paths, as the database packs them, in any order: for each path its number, and then what {@code array_send}
 * makes of those that it refers to (PostgreSQL: src/backend/utils/adt/arrayfuncs.c).
 */
final class HeldReferences {
    /** A path and its array, of which the header has at least three numbers. */
    private static final int LEAST_BYTES = 4 * Integer.BYTES;

    /** A reference and its length before it. */
    private static final int EACH_BYTES = 2 * Integer.BYTES;

    private final ByteBuffer packed;

    private HeldReferences(ByteBuffer packed) {
        this.packed = packed;
    }

    /** One after the other. */
    interface Each {
        void reference(int referrer, int reference);
    }

    static HeldReferences of(byte[] packed) {
        return new HeldReferences(ByteBuffer.wrap(packed));
    }

    /** Goes through all of them. */
    void forEach(Each each) {
        packed.rewind();
        while (packed.hasRemaining()) {
            next(each);
        }
    }

    /** The same from the referrer with the greatest number down. */
    void forEachDown(Each each) {
        long[] places = places();
        for (int i = places.length - 1; i >= 0; i--) {
            packed.position((int) places[i]);
            next(each);
        }
    }

    /** Where each referrer stands, the number of the referrer in the upper half. */
    private long[] places() {
        long[] places = new long[packed.capacity() / LEAST_BYTES];
        int found = 0;
        packed.rewind();
        while (packed.hasRemaining()) {
            int place = packed.position();
            places[found++] = (long) packed.getInt() << Integer.SIZE | place;
            int length = skipHeader();
            packed.position(packed.position() + length * EACH_BYTES);
        }
        long[] sorted = Arrays.copyOf(places, found);
        Arrays.sort(sorted);
        return sorted;
    }

    private void next(Each each) {
        int referrer = packed.getInt();
        for (int left = skipHeader(); left > 0; left--) {
            packed.getInt(); // its length
            each.reference(referrer, packed.getInt());
        }
    }

    /** Gives how many follow. */
    private int skipHeader() {
        int dimensions = packed.getInt();
        packed.getInt(); // whether some are null: none is
        packed.getInt(); // the type
        if (dimensions == 0) {
            return 0;
        }
        int length = packed.getInt();
        packed.getInt(); // where it begins to count
        return length;
    }
}
