package io.narthex.blob;

import io.narthex.configuration.DiskReserve;
import java.io.IOException;
import java.nio.file.FileStore;
import java.util.regex.Pattern;

/** Counts how much may still be written to one disk before its reserve begins. */
final class DiskRoom {
    /** The JDK passes on the system's own sentences for ENOSPC and EDQUOT, and no numbers. */
    private static final Pattern FULL = Pattern.compile("(?i)no space left|quota exceeded");

    private final FileStore disk;
    private final DiskReserve reserve;

    DiskRoom(FileStore disk, DiskReserve reserve) {
        this.disk = disk;
        this.reserve = reserve;
    }

    /** Bytes above the reserve, never negative. */
    long free() throws IOException {
        return Math.max(0, disk.getUsableSpace() - reserve.of(disk.getTotalSpace()));
    }

    /** Bytes above the reserve, which must be more than {@code needed}. */
    long require(long needed) throws IOException {
        long free = free();
        if (free <= needed) {
            throw new BlobStoreFullException("the disk of the blobs is at its reserve");
        }
        return free;
    }

    /** The exception to throw for one of the system's. */
    static IOException explained(IOException e) {
        String message = e.getMessage();
        return message != null && FULL.matcher(message).find()
                ? new BlobStoreFullException("the disk of the blobs is full", e)
                : e;
    }
}
