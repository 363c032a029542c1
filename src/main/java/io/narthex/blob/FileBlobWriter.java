package io.narthex.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes one blob's file and makes it durable. */
final class FileBlobWriter extends BlobWriter {
    /** The disk is asked for its room after so many bytes at most: about one system call in a hundred. */
    private static final long BETWEEN_CHECKS = 4 << 20;
    /** The JDK copies through a direct buffer as large as the write, and keeps it for the thread. */
    private static final int MOST = 128 << 10;

    private final Path file;
    private final FileChannel channel;
    private final BlobDirectories directories;
    private final DiskRoom room;
    private final DirectIo directIo;
    private final SyncThreads threads;

    private @Nullable FileChannel direct;
    private long size;
    private long nextCheck;
    private boolean over;

    FileBlobWriter(
            BlobKey key,
            Path file,
            FileChannel channel,
            BlobDirectories directories,
            DiskRoom room,
            DirectIo directIo,
            SyncThreads threads) {
        super(key);
        this.file = file;
        this.channel = channel;
        this.directories = directories;
        this.room = room;
        this.directIo = directIo;
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
            while (bytes.hasRemaining()) {
                int whole = directIo.writable(bytes, size);
                int piece =
                        whole > 0 ? whole : bytes.isDirect() ? bytes.remaining() : Math.min(MOST, bytes.remaining());
                checkRoom(piece);
                ByteBuffer part = bytes.slice(bytes.position(), piece);
                long begun = System.nanoTime();
                int written = whole > 0 ? writeDirectly(part) : channel.write(part, size);
                directIo.took(whole > 0, System.nanoTime() - begun, written);
                bytes.position(bytes.position() + written);
                size += written;
            }
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    /** Gives the bytes that were written: none where the file system refuses. */
    private int writeDirectly(ByteBuffer part) throws IOException {
        if (direct == null) {
            direct = directIo.open(file).orElse(null);
        }
        if (direct == null) {
            return 0;
        }
        try {
            return direct.write(part, size);
        } catch (IOException e) {
            directIo.refuse(e);
            return 0;
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
        FileChannel second = direct;
        try {
            try (channel;
                    second) {
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
            if (direct != null) {
                Closing.quietly(direct);
            }
            remove();
        }
    }

    private void remove() {
        Closing.quietly(() -> Files.deleteIfExists(file));
    }
}
