package io.narthex.blob;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Says in which directory a blob's file lies: {@code k/e/key}, two levels of 32 directories each. Ten million blobs are
 * ten thousand to a directory, and after the first thousand a new blob hardly ever needs a new directory, which would
 * be two more to sync.
 */
final class BlobDirectories {
    /** No directory of one letter, and no key. */
    private static final String MARK = "narthex-mark.json";

    private static final String ONE_LETTER = "[a-z2-7]";

    private final Path root;
    private final boolean syncs;
    /** Directories whose own entries are known to survive a power cut. */
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    /** Makes the root, which must be writable, and whatever lies above it. */
    BlobDirectories(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root);
        if (!Files.isWritable(root)) {
            throw new IOException("not writable");
        }
        syncs = canSync(root);
        if (syncs && root.getParent() != null && Files.isReadable(root.getParent())) {
            sync(root.getParent());
        }
    }

    /** Some systems cannot open a directory, some file systems cannot sync one; there the entry is theirs to keep. */
    private static boolean canSync(Path directory) {
        try {
            sync(directory);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    Path file(BlobKey key) {
        String text = key.text();
        return root.resolve(text.substring(0, 1)).resolve(text.substring(1, 2)).resolve(text);
    }

    /** Opens a new file for writing, in a directory that is made if need be. */
    FileChannel create(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            Path leaf = leaf(file);
            durable.remove(leaf);
            Files.createDirectories(leaf);
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    /** Makes the entry of a file survive a power cut, and those of the directories above it. */
    void syncEntry(Path file) throws IOException {
        if (!syncs) {
            return;
        }
        Path leaf = leaf(file);
        sync(leaf);
        // also for a directory that was found: who made it may have died before he synced it
        if (!durable.contains(leaf)) {
            sync(leaf(leaf));
            sync(root);
            durable.add(leaf);
        }
    }

    Optional<byte[]> readMark() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(MARK)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Half of it is never seen, and what was there stays until the new one is durable. */
    void writeMark(byte[] mark) throws IOException {
        Path half = root.resolve(MARK + ".new");
        try (FileChannel channel = FileChannel.open(
                half, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(mark);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(half, root.resolve(MARK), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (syncs) {
            sync(root);
        }
    }

    private static Path leaf(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a root is no blob");
        }
        return parent;
    }

    /** Names each file that was last written to before a time; one entry in memory at a time. */
    void list(Instant olderThan, Consumer<BlobKey> keys) throws IOException {
        try (DirectoryStream<Path> first = Files.newDirectoryStream(root, ONE_LETTER)) {
            for (Path upper : first) {
                try (DirectoryStream<Path> second = Files.newDirectoryStream(upper, ONE_LETTER)) {
                    for (Path leaf : second) {
                        listLeaf(leaf, olderThan, keys);
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void listLeaf(Path leaf, Instant olderThan, Consumer<BlobKey> keys) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("listing was interrupted");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(leaf)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (BlobKey.isKey(name) && isOlder(file, olderThan)) {
                    keys.accept(BlobKey.parse(name));
                }
            }
        }
    }

    private static boolean isOlder(Path file, Instant time) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class)
                    .lastModifiedTime()
                    .toInstant()
                    .isBefore(time);
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
