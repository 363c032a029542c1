package io.narthex.retention;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A set of paths by their numbers in {@code store_path}: a bit each, so that ten million take 1.3 MB. For one thread at a
 * time.
 */
final class PathBits {
    private static final int LEAST = 1 << 10;

    private long[] words = new long[LEAST];

    /** Adds a path; numbers begin at 1. */
    void add(int path) {
        int word = path >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
        }
        words[word] |= 1L << path;
    }

    /** Adds paths that come packed, four bytes each. */
    void addAll(byte[] packed) {
        ByteBuffer numbers = ByteBuffer.wrap(packed);
        while (numbers.hasRemaining()) {
            add(numbers.getInt());
        }
    }

    void addAll(int[] paths) {
        for (int path : paths) {
            add(path);
        }
    }

    boolean has(int path) {
        int word = path >>> 6;
        return word < words.length && (words[word] & 1L << path) != 0;
    }

    /** How many there are. */
    int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** How many of these are in the other set too. */
    int sizeWith(PathBits other) {
        int size = 0;
        for (int i = 0; i < Math.min(words.length, other.words.length); i++) {
            size += Long.bitCount(words[i] & other.words[i]);
        }
        return size;
    }

    /** Those that are not in the other set. */
    PathBits without(PathBits other) {
        PathBits left = new PathBits();
        left.words = words.clone();
        for (int i = 0; i < Math.min(left.words.length, other.words.length); i++) {
            left.words[i] &= ~other.words[i];
        }
        return left;
    }

    /** Those that are in the other set too. */
    PathBits with(PathBits other) {
        PathBits both = new PathBits();
        both.words = Arrays.copyOf(words, words.length);
        for (int i = 0; i < both.words.length; i++) {
            both.words[i] &= i < other.words.length ? other.words[i] : 0;
        }
        return both;
    }

    /**
     * So many at most of those that are not in the other set, in ascending order, behind one.
     *
     * @param after the number behind which to begin; 0: at the first
     */
    int[] page(PathBits other, int after, int most) {
        int[] page = new int[most];
        int found = 0;
        long mask = -1L << (after + 1);
        for (int word = (after + 1) >>> 6; word < words.length && found < most; word++) {
            long left = words[word] & ~(word < other.words.length ? other.words[word] : 0) & mask;
            mask = -1L;
            while (left != 0 && found < most) {
                page[found++] = (word << 6) + Long.numberOfTrailingZeros(left);
                left &= left - 1;
            }
        }
        return Arrays.copyOf(page, found);
    }

    /** Those of a range that are not in the other set, in ascending order. */
    int[] between(PathBits other, int above, int upTo) {
        int[] found = page(other, above, upTo - above);
        int length = found.length;
        while (length > 0 && found[length - 1] > upTo) {
            length--;
        }
        return Arrays.copyOf(found, length);
    }

    /** The greatest number that may be among them. */
    int last() {
        return words.length * Long.SIZE - 1;
    }

    /** All of them, in ascending order. */
    int[] all() {
        return page(new PathBits(), 0, size());
    }

    byte[] toBytes() {
        int used = words.length;
        while (used > 0 && words[used - 1] == 0) {
            used--;
        }
        ByteBuffer bytes = ByteBuffer.allocate(used * Long.BYTES);
        bytes.asLongBuffer().put(words, 0, used);
        return bytes.array();
    }

    static PathBits of(byte[] bytes) {
        PathBits made = new PathBits();
        made.words = new long[Math.max(LEAST, bytes.length / Long.BYTES)];
        ByteBuffer.wrap(bytes).asLongBuffer().get(made.words, 0, bytes.length / Long.BYTES);
        return made;
    }
}
