package io.narthex.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which bytes of a file are written past the system's cache (O_DIRECT): where the file system can and it is
 * faster. Thread-safe.
 */
final class DirectIo {
    /** What is smaller says nothing of what writing costs, and is sooner copied than written. */
    private static final int LEAST = 128 << 10;

    /** The JDK's, whose name javac warns of; null where a JDK lacks it. */
    private static final @Nullable OpenOption DIRECT = direct();

    private final WriteCosts costs = new WriteCosts();
    private final int block;
    private volatile boolean refused;

    DirectIo(FileStore disk) {
        block = blockOf(disk);
        refused = Integer.bitCount(block) != 1 || DIRECT == null;
    }

    private static @Nullable OpenOption direct() {
        try {
            return Stream.of(
                            Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
                    .filter(option -> option.toString().equals("DIRECT"))
                    .map(OpenOption.class::cast)
                    .findAny()
                    .orElse(null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** Zero where it has none. */
    private static int blockOf(FileStore disk) {
        try {
            return Math.toIntExact(disk.getBlockSize());
        } catch (IOException | UnsupportedOperationException | ArithmeticException e) {
            return 0;
        }
    }

    /** How many of these bytes are to be written so, at this position; zero where none. */
    int writable(ByteBuffer bytes, long position) {
        return !refused
                        && bytes.isDirect()
                        && bytes.remaining() >= LEAST
                        && position % block == 0
                        && bytes.alignmentOffset(bytes.position(), block) == 0
                        && costs.isDirect()
                ? bytes.remaining() - bytes.remaining() % block
                : 0;
    }

    /** The file, open for whole blocks of memory at the block's alignment; empty where the file system refuses that. */
    Optional<FileChannel> open(Path file) throws IOException {
        try {
            return Optional.of(FileChannel.open(file, StandardOpenOption.WRITE, DIRECT));
        } catch (UnsupportedOperationException e) {
            refused = true;
        } catch (IOException e) {
            refuse(e);
        }
        return Optional.empty();
    }

    /** The same to read; empty also where the file is gone. */
    Optional<FileChannel> openToRead(Path file) {
        if (refused) {
            return Optional.empty();
        }
        try {
            return Optional.of(FileChannel.open(file, StandardOpenOption.READ, DIRECT));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** Bytes of a block; what is read or written begins and ends with one. */
    int block() {
        return block;
    }

    /** Remembers that the file system refuses. */
    void refuse(IOException e) throws IOException {
        String message = e.getMessage();
        if (message == null || !message.contains("Invalid argument")) {
            throw e;
        }
        refused = true;
    }

    /** So much was written in so much time. */
    void took(boolean directly, long nanos, int bytes) {
        if (bytes < LEAST) {
            return;
        }
        if (directly) {
            costs.tookDirect(nanos, bytes);
        } else {
            costs.tookCached(nanos, bytes);
        }
    }
}
