package io.narthex.nix.store;

import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.hash.NixFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The hash part of a store path: 160 bits, which its 32 digits write as one number, the most significant bits in
 * {@code high}. So unsigned order of the number is bytewise order of the text.
 */
public record StorePathHash(long high, long middle, int low) implements Comparable<StorePathHash> {
    /** Characters of the text. Nix: StorePath::HashLen. */
    public static final int LENGTH = 32;

    /** Bytes of {@link #toBytes()}. */
    public static final int BYTES = 20;

    private static final int BITS = 5;

    /**
     * Reads 32 digits and nothing else.
     *
     * @throws NixFormatException unless the text is exactly 32 digits of Nix's base32
     */
    public static StorePathHash parse(String text) {
        StorePathHash hash = text.length() == LENGTH ? tryParse(text, 0) : null;
        if (hash == null) {
            throw new NixFormatException("store path hash", NixFormatException.quote(text) + " is not 32 digits");
        }
        return hash;
    }

    /** The hash whose 32 digits begin at {@code offset}, whatever follows them, or null where they are not there. */
    public static @Nullable StorePathHash tryParse(CharSequence text, int offset) {
        if (offset < 0 || offset > text.length() - LENGTH) {
            return null;
        }
        long high = 0;
        long middle = 0;
        int low = 0;
        for (int i = 0; i < LENGTH; i++) {
            int value = NixBase32.value(text.charAt(offset + i));
            if (value < 0) {
                return null;
            }
            high = (high << BITS) | (middle >>> (64 - BITS));
            middle = (middle << BITS) | (low >>> (32 - BITS));
            low = (low << BITS) | value;
        }
        return new StorePathHash(high, middle, low);
    }

    /**
     * The hash of 20 bytes as Nix computes them: little-endian.
     *
     * @throws NixFormatException on another length
     */
    public static StorePathHash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new NixFormatException("store path hash", bytes.length + " bytes are not 20");
        }
        ByteBuffer reversed = ByteBuffer.allocate(BYTES);
        for (int i = BYTES; i-- > 0; ) {
            reversed.put(bytes[i]);
        }
        return new StorePathHash(reversed.getLong(0), reversed.getLong(8), reversed.getInt(16));
    }

    /** 20 bytes, such that {@code NixBase32.encode} of them is the text. */
    public byte[] toBytes() {
        ByteBuffer number =
                ByteBuffer.allocate(BYTES).putLong(high).putLong(middle).putInt(low);
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = number.get(BYTES - 1 - i);
        }
        return bytes;
    }

    @Override
    public int compareTo(StorePathHash other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        if (byHigh != 0) {
            return byHigh;
        }
        int byMiddle = Long.compareUnsigned(middle, other.middle);
        return byMiddle != 0 ? byMiddle : Integer.compareUnsigned(low, other.low);
    }

    /** The bits are those of a cryptographic hash: any of them, folded, spread well. */
    @Override
    public int hashCode() {
        return Long.hashCode(high ^ Long.rotateLeft(middle, 17)) ^ low;
    }

    /** 32 digits of Nix's base32. */
    @Override
    public String toString() {
        byte[] text = new byte[LENGTH];
        long h = high;
        long m = middle;
        int l = low;
        for (int i = LENGTH; i-- > 0; ) {
            text[i] = (byte) NixBase32.digit(l & 31);
            l = (l >>> BITS) | ((int) m << (32 - BITS));
            m = (m >>> BITS) | (h << (64 - BITS));
            h >>>= BITS;
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
