package io.narthex.blob;

import io.narthex.configuration.DiskReserve;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps blobs as files. Each file is written where it stays. */
public final class FileBlobStore implements BlobStore {
    /** A file system writes what several sync at once in one go. */
    private static final int SYNCS_AT_ONCE = 8;

    private final BlobDirectories directories;
    private final DiskRoom room;
    private final DirectIo directIo;
    private final SecureRandom random;
    private final SyncThreads threads = new SyncThreads("blob-sync", SYNCS_AT_ONCE);

    /**
     * @param directory holds nothing else; made if it is not there
     * @throws IOException if it cannot be made or written to
     */
    public FileBlobStore(Path directory, DiskReserve reserve, SecureRandom random) throws IOException {
        this.directories = new BlobDirectories(directory);
        FileStore disk = Files.getFileStore(directory);
        this.room = new DiskRoom(disk, reserve);
        this.directIo = new DirectIo(disk);
        this.random = random;
    }

    @Override
    public BlobWriter create() throws IOException {
        room.require(0);
        BlobKey key = BlobKey.random(random);
        Path file = directories.file(key);
        try {
            return new FileBlobWriter(key, file, directories.create(file), directories, room, directIo, threads);
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    @Override
    public Optional<Blob> open(BlobKey key) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directories.file(key), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FileBlob(channel, channel.size()));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Optional<Blob> openPastCache(BlobKey key) throws IOException {
        Optional<Blob> usual = open(key);
        Optional<FileChannel> direct =
                usual.isPresent() ? directIo.openToRead(directories.file(key)) : Optional.empty();
        if (usual.isEmpty() || direct.isEmpty()) {
            return usual;
        }
        long size = usual.get().size();
        usual.get().close();
        return Optional.of(new PastCache(direct.get(), size, directIo.block()));
    }

    @Override
    public void delete(BlobKey key) throws IOException {
        // not synced: bytes that come back after a power cut have no row, and the next sweep finds them
        Files.deleteIfExists(directories.file(key));
    }

    @Override
    public void list(Instant olderThan, Consumer<BlobKey> keys) throws IOException {
        directories.list(olderThan, keys);
    }

    @Override
    public void removeUnfinished(Instant olderThan) {
        // an unfinished file has its key: list names it
    }

    @Override
    public Optional<byte[]> readMark() throws IOException {
        return directories.readMark();
    }

    @Override
    public void writeMark(byte[] mark) throws IOException {
        directories.writeMark(mark);
    }

    @Override
    public long freeBytes() throws IOException {
        return room.free();
    }

    @Override
    public void close() {
        threads.close();
    }

    private record FileBlob(FileChannel file, long size) implements Blob {
        @Override
        public InputStream range(long first, long length) {
            return new ChannelRange(file, size, first, length);
        }

        @Override
        public Optional<FileChannel> channel() {
            return Optional.of(file);
        }

        @Override
        public void close() {
            Closing.quietly(file);
        }
    }
}
