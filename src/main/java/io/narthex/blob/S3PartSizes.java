package io.narthex.blob;

/**
 * Says how many bytes each part of an upload has. S3 takes 10,000 parts: the first ones are small, which small uploads
 * need no more than, and the later ones large.
 *
 * @param first bytes of each of the first thousand parts; S3 takes no less than 5 MiB
 * @param later bytes of each further part
 */
record S3PartSizes(long first, long later) {
    /** 8 GiB in small parts, then up to 562 GiB in large ones. */
    static final S3PartSizes STANDARD = new S3PartSizes(8 << 20, 64 << 20);

    private static final int FIRST = 1000;

    /** @param part its number, from 1 on */
    long of(int part) {
        return part <= FIRST ? first : later;
    }
}
