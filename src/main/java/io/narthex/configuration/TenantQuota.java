package io.narthex.configuration;

/** The setting that says how many bytes a new tenant may hold. */
public sealed interface TenantQuota {
    /** Any number. */
    record None() implements TenantQuota {}

    /** So many. */
    record Bytes(long count) implements TenantQuota {
        public Bytes {
            if (count <= 0) {
                throw new IllegalArgumentException("a quota of " + count + " bytes");
            }
        }
    }

    /** A part of the disk of the blobs. */
    record OfDisk() implements TenantQuota {}

    /**
     * Reads a number of bytes or {@code none}.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static TenantQuota parse(String text) {
        return text.equals("none") ? new None() : new Bytes(Long.parseLong(text));
    }

    /** Where nothing is set: a bucket has no size of which a tenant could have a part. */
    static TenantQuota standard(BlobLocation blobs) {
        return switch (blobs) {
            case BlobLocation.Files files -> new OfDisk();
            case BlobLocation.S3 s3 -> new None();
        };
    }
}
