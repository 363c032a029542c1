package io.narthex.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Writes one file. */
final class FileBlobWriter extends BlobWriter {
    /** The disk is asked for its room after so many bytes at most: about one system call in a hundred. */
    private static final long BETWEEN_CHECKS = 4 << 20;
    /** The JDK copies through a direct buffer as large as the write, and keeps it for the thread. */
    private static final int MOST = 128 << 10;

    private final Path file;
    private final FileChannel channel;
    private final BlobDirectories directories;
    private final DiskRoom room;
    private final SyncThreads threads;

    private long size;
    private long nextCheck;
    private boolean over;

    FileBlobWriter(
            BlobKey key,
            Path file,
            FileChannel channel,
            BlobDirectories directories,
            DiskRoom room,
            SyncThreads threads) {
        super(key);
        this.file = file;
        this.channel = channel;
        this.directories = directories;
        this.room = room;
        this.threads = threads;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        try {
            int end = bytes.limit();
            while (bytes.position() < end) {
                int piece = Math.min(MOST, end - bytes.position());
                checkRoom(piece);
                bytes.limit(bytes.position() + piece);
                size += channel.write(bytes);
            }
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    /** Asks more often when the room is nearly gone, since other writers use it too. */
    private void checkRoom(int coming) throws IOException {
        if (size + coming > nextCheck) {
            long free = room.require(coming);
            nextCheck = size + Math.max(coming, Math.min(BETWEEN_CHECKS, free / 4));
        }
    }

    @Override
    public CompletableFuture<Void> finish() {
        if (over) {
            throw new IllegalStateException("finished or closed before");
        }
        over = true;
        return threads.run(this::sync);
    }

    private void sync() throws IOException {
        try {
            try (channel) {
                // with the length, without the times
                channel.force(false);
            }
            directories.syncEntry(file);
        } catch (IOException e) {
            remove();
            throw DiskRoom.explained(e);
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            Closing.quietly(channel);
            remove();
        }
    }

    private void remove() {
        Closing.quietly(() -> Files.deleteIfExists(file));
    }
}
