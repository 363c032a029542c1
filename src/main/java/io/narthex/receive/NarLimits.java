package io.narthex.receive;

import io.narthex.nix.nar.NarListing;

/**
 * The limits of what one upload may cost.
 *
 * @param maxFileBytes of the body, as it is stored
 * @param maxNarBytes of the NAR, unpacked
 * @param maxRatio of unpacked to packed bytes; the first {@link #FREE_BYTES} of a NAR are not measured
 * @param maxMemory in bytes, of a decompressor's window
 * @param maxNodes of the NAR's listing, which is held in memory with about 150 bytes a node
 */
public record NarLimits(long maxFileBytes, long maxNarBytes, long maxRatio, long maxMemory, int maxNodes) {
    /** A small NAR may be as empty as it likes: unpacking so much costs a tenth of a second. */
    public static final long FREE_BYTES = 64L << 20;

    /** zstd --ultra -22 and xz -9 have windows of 128 and 64 MiB; xz adds some for its tables. */
    public static final long DEFAULT_MEMORY = 130L << 20;

    public NarLimits {
        if (maxFileBytes <= 0 || maxNarBytes <= 0 || maxRatio <= 0 || maxMemory <= 0 || maxNodes <= 0) {
            throw new IllegalArgumentException("a limit that nothing can keep");
        }
    }

    /** The usual ones for memory and listing beside those that settings give. The file may be as large as the NAR. */
    public static NarLimits of(long maxNarBytes, long maxRatio) {
        return new NarLimits(maxNarBytes, maxNarBytes, maxRatio, DEFAULT_MEMORY, NarListing.MAX_NODES);
    }

    boolean allowsRatio(long packed, long unpacked) {
        return unpacked <= FREE_BYTES || unpacked / maxRatio <= packed;
    }
}
