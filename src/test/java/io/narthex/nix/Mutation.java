package io.narthex.nix;

import java.util.Arrays;
import java.util.Random;

/** Breaks an input in one to four places, as an attacker or a bad disk would. */
public final class Mutation {
    private final Random random;

    public Mutation(long seed) {
        random = new Random(seed);
    }

    public byte[] of(byte[] input) {
        byte[] bytes = input.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = once(bytes);
        }
        return bytes;
    }

    private byte[] once(byte[] bytes) {
        if (bytes.length < 16) {
            return new byte[16];
        }
        int at = random.nextInt(bytes.length - 8);
        int length = 1 + random.nextInt(8);
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> with(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
            case 2 -> with(bytes, at, (byte) random.nextInt(256));
            case 3 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            case 4 -> splice(bytes, at, at + length, new byte[0]);
            default -> length(bytes, at & ~7);
        };
    }

    /** Eight bytes become a length that lies. */
    private byte[] length(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        Arrays.fill(changed, at, at + 8, (byte) (random.nextBoolean() ? 0xff : 0));
        changed[at + random.nextInt(8)] = (byte) random.nextInt(256);
        return changed;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
        byte[] changed = Arrays.copyOf(bytes, bytes.length - (to - from) + middle.length);
        System.arraycopy(middle, 0, changed, from, middle.length);
        System.arraycopy(bytes, to, changed, from + middle.length, bytes.length - to);
        return changed;
    }
}
