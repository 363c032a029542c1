package io.narthex.index;

import io.narthex.nix.store.StorePathHash;

/**
 * A set of hashes in little memory: 64 bits of each, open addressing in one array. It never says "absent" of a hash
 * that was added; of another it may say "present" once in 2^64/n. One thread adds at a time; any number look.
 */
public final class PresenceSet {
    private static final int LEAST = 1 << 10;

    private volatile long[] slots = new long[LEAST];
    private int size;

    /**
     * Adds a hash; the caller sees to it that only one thread adds.
     *
     * @param owner keeps the hashes of several apart in one set
     */
    public void add(int owner, StorePathHash hash) {
        if (size >= slots.length / 2) {
            grow();
        }
        long key = key(owner, hash);
        if (insert(slots, key)) {
            size++;
        }
    }

    /** Whether the hash was added, or looks like one that was. On any thread. */
    public boolean mayContain(int owner, StorePathHash hash) {
        long[] table = slots;
        long key = key(owner, hash);
        int mask = table.length - 1;
        for (int i = place(key, mask); ; i = (i + 1) & mask) {
            long found = table[i];
            if (found == key) {
                return true;
            }
            if (found == 0) {
                return false;
            }
        }
    }

    /** How many hashes were added. On any thread; those of this moment it may not count yet. */
    public int size() {
        return size;
    }

    private void grow() {
        long[] wider = new long[slots.length * 2];
        for (long key : slots) {
            if (key != 0) {
                insert(wider, key);
            }
        }
        slots = wider;
    }

    private static boolean insert(long[] table, long key) {
        int mask = table.length - 1;
        for (int i = place(key, mask); ; i = (i + 1) & mask) {
            if (table[i] == key) {
                return false;
            }
            if (table[i] == 0) {
                table[i] = key;
                return true;
            }
        }
    }

    /** Store path hashes are digests: any 64 bits of one are spread well. 0 marks a free place. */
    private static long key(int owner, StorePathHash hash) {
        // the multiplier is odd, so that no two owners meet
        long key = hash.high() ^ owner * 0x9e37_79b9_7f4a_7c15L;
        return key == 0 ? 1 : key;
    }

    private static int place(long key, int mask) {
        return (int) (key ^ (key >>> 32)) & mask;
    }
}
