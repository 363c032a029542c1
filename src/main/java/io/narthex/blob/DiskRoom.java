package io.narthex.blob;

import io.narthex.configuration.DiskReserve;
import java.io.IOException;
import java.nio.file.FileStore;
import java.util.regex.Pattern;

/** Counts how much may still be written to one disk before its reserve begins. Thread-safe. */
public final class DiskRoom {
    /** The JDK passes on the system's own sentences for ENOSPC and EDQUOT, and no numbers. */
    private static final Pattern FULL = Pattern.compile("(?i)no space left|quota exceeded");

    private final FileStore disk;
    private final DiskReserve reserve;

    /** @param reserve what is to be left free on it */
    public DiskRoom(FileStore disk, DiskReserve reserve) {
        this.disk = disk;
        this.reserve = reserve;
    }

    /** Bytes above the reserve, never negative. */
    long free() throws IOException {
        return Math.max(0, disk.getUsableSpace() - reserve.of(disk.getTotalSpace()));
    }

    /**
     * Bytes above the reserve.
     *
     * @throws NoRoomException unless they are more than {@code needed}
     */
    public long require(long needed) throws IOException {
        long free = free();
        if (free <= needed) {
            throw new NoRoomException("the disk is at its reserve");
        }
        return free;
    }

    /** The exception to throw for one of the system's: {@link NoRoomException} where it says that the disk is full. */
    public static IOException explained(IOException e) {
        String message = e.getMessage();
        return message != null && FULL.matcher(message).find() ? new NoRoomException("the disk is full", e) : e;
    }
}
