package io.narthex.configuration;

/**
 * A part of a disk, the least of a number of bytes and a percentage: what uploads leave free, so that the database and what else
 * lives there goes on, or what copies may take.
 *
 * @param bytes at most so many
 * @param percent at most that part of the whole disk
 */
public record DiskReserve(long bytes, int percent) {
    /** 1 GiB, or 5 % of a disk smaller than 20 GiB. */
    public static final DiskReserve STANDARD = new DiskReserve(1L << 30, 5);

    public DiskReserve {
        if (bytes < 0 || percent < 0 || percent > 100) {
            throw new IllegalArgumentException("a reserve of " + bytes + " bytes, " + percent + " %");
        }
    }

    /** Bytes to leave free on a disk that has {@code total} bytes. */
    public long of(long total) {
        // divided first: a disk's size times 100 might not fit
        return Math.min(bytes, total / 100 * percent + total % 100 * percent / 100);
    }

    static DiskReserve parse(String text) {
        if (text.matches("\\d{1,18}")) {
            return new DiskReserve(Long.parseLong(text), 100);
        }
        if (text.matches("\\d{1,2}%")) {
            return new DiskReserve(Long.MAX_VALUE, Integer.parseInt(text.substring(0, text.length() - 1)));
        }
        throw new IllegalArgumentException(text);
    }
}
