package io.narthex.index;

import io.narthex.nix.store.StorePathHash;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A set of hashes in little memory: 32 bits of each, in parts with open addressing, six to eleven bytes in all. It never says
 * "absent" of a hash that was added; of another it may say "present" once in 2^40/n. One thread adds at a time; any number look.
 */
public final class PresenceSet {
    /** Each grows by itself, so that only a small part of the whole is there twice while it does. */
    private static final int PARTS = 256;

    private static final int LEAST = 8;

    private final long seed;
    private final AtomicReferenceArray<int[]> parts = new AtomicReferenceArray<>(PARTS);
    private final int[] sizes = new int[PARTS];
    private int size;

    /** Empty. Who pushes chooses hashes, and does not know which of them would crowd in one place. */
    public PresenceSet() {
        this(new SecureRandom().nextLong());
    }

    PresenceSet(long seed) {
        this.seed = seed;
        for (int part = 0; part < PARTS; part++) {
            parts.set(part, new int[LEAST]);
        }
    }

    /**
     * Adds a hash; the caller sees to it that only one thread adds.
     *
     * @param owner keeps the hashes of several apart in one set
     */
    public void add(int owner, StorePathHash hash) {
        long mixed = mixed(owner, hash);
        int part = part(mixed);
        int[] table = parts.get(part);
        // fuller than that, looking for what is not there would take many steps
        if (sizes[part] >= table.length / 4 * 3) {
            table = grown(table);
            parts.set(part, table);
        }
        if (insert(table, kept(mixed))) {
            sizes[part]++;
            size++;
        }
    }

    /** Whether the hash was added, or looks like one that was. On any thread. */
    public boolean mayContain(int owner, StorePathHash hash) {
        long mixed = mixed(owner, hash);
        int[] table = parts.get(part(mixed));
        int key = kept(mixed);
        int mask = table.length - 1;
        for (int i = key & mask; ; i = (i + 1) & mask) {
            int found = table[i];
            if (found == key) {
                return true;
            }
            if (found == 0) {
                return false;
            }
        }
    }

    /** How many hashes were added, but for those that look alike. On any thread; those of this moment it may not count yet. */
    public int size() {
        return size;
    }

    private static int[] grown(int[] table) {
        int[] wider = new int[table.length * 2];
        for (int key : table) {
            if (key != 0) {
                insert(wider, key);
            }
        }
        return wider;
    }

    private static boolean insert(int[] table, int key) {
        int mask = table.length - 1;
        for (int i = key & mask; ; i = (i + 1) & mask) {
            if (table[i] == key) {
                return false;
            }
            if (table[i] == 0) {
                table[i] = key;
                return true;
            }
        }
    }

    /** Spreads the first bits of a hash over all 64, so that each of them decides (the finalizer of SplitMix64). */
    private long mixed(int owner, StorePathHash hash) {
        // the multiplier is odd, so that no two owners meet
        long key = hash.high() ^ owner * 0x9e37_79b9_7f4a_7c15L ^ seed;
        key = (key ^ (key >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        key = (key ^ (key >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return key ^ (key >>> 31);
    }

    private static int part(long mixed) {
        return (int) (mixed >>> 56);
    }

    /** Other bits than the part's; 0 marks a free place. */
    private static int kept(long mixed) {
        int key = (int) mixed;
        return key == 0 ? 1 : key;
    }
}
