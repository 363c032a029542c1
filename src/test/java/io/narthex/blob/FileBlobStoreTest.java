package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.DiskReserve;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreTest extends BlobStoreContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private FileBlobStore store;

    @BeforeEach
    void openStore() throws IOException {
        store = open(new DiskReserve(0, 0));
    }

    private FileBlobStore open(DiskReserve reserve) throws IOException {
        return new FileBlobStore(directory.resolve("blobs"), reserve, new SecureRandom());
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    int stored() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return (int) all.filter(Files::isRegularFile).count();
        }
    }

    private Path file(BlobKey key) {
        String text = key.text();
        return directory
                .resolve("blobs")
                .resolve(text.substring(0, 1))
                .resolve(text.substring(1, 2))
                .resolve(text);
    }

    @Test
    void writesWhereTheBlobStays() throws IOException {
        BlobKey key = put(bytes(10));

        assertThat(file(key)).hasBinaryContent(bytes(10));
    }

    /** One piece in some is tried past the system's cache, whatever is faster; the last bytes never go there. */
    @Test
    void keepsTheOrderOfWhatItWritesInTwoWays() throws IOException {
        DirectBuffers buffers = new DirectBuffers(256 << 10);
        byte[] bytes = bytes((100 << 18) + 12_345);

        BlobKey key;
        try (BlobWriter writer = store.create()) {
            for (int from = 0; from < bytes.length; from += 256 << 10) {
                ByteBuffer piece = buffers.take();
                piece.put(bytes, from, Math.min(piece.remaining(), bytes.length - from));
                writer.write(piece.flip());
                assertThat(piece.hasRemaining()).isFalse();
                buffers.giveBack(piece);
            }
            assertThat(writer.size()).isEqualTo(bytes.length);
            writer.finish().join();
            key = writer.key();
        }

        assertThat(file(key)).hasBinaryContent(bytes);
    }

    @Test
    void goesOnThroughTheCacheWhereTheOtherWayIsRefused() throws IOException {
        DirectIo directIo = new DirectIo(Files.getFileStore(directory));
        ByteBuffer piece = new DirectBuffers(256 << 10).take();
        boolean direct = false;
        for (int i = 0; i < 100; i++) {
            direct |= directIo.writable(piece, 0) > 0;
        }
        assertThat(direct).isTrue();

        directIo.refuse(new IOException("Invalid argument"));

        for (int i = 0; i < 100; i++) {
            assertThat(directIo.writable(piece, 0)).isZero();
        }
        IOException broken = new IOException("Input/output error");
        assertThatThrownBy(() -> directIo.refuse(broken)).isSameAs(broken);
    }

    @Test
    void writesOnlyWholeAlignedBlocksPastTheCache() throws IOException {
        DirectIo directIo = new DirectIo(Files.getFileStore(directory));
        int block = (int) Files.getFileStore(directory).getBlockSize();
        ByteBuffer piece = new DirectBuffers(256 << 10).take();
        for (int i = 0; i < 100; i++) {
            assertThat(directIo.writable(piece.duplicate().position(1), 0)).isZero();
            assertThat(directIo.writable(piece, 1)).isZero();
            assertThat(directIo.writable(ByteBuffer.allocate(256 << 10), 0)).isZero();
            assertThat(directIo.writable(piece.duplicate().limit(1000), 0)).isZero();
            assertThat(directIo.writable(piece.duplicate().limit((256 << 10) - 1), 0) % block)
                    .isZero();
        }
    }

    @Test
    void givesTheFileItself() throws IOException {
        try (Blob blob = store.open(put(bytes(10))).orElseThrow()) {
            FileChannel channel = blob.channel().orElseThrow();
            ByteBuffer tail = ByteBuffer.allocate(20);
            assertThat(channel.read(tail, 8)).isEqualTo(2);
            assertThat(tail.get(1)).isEqualTo(bytes(10)[9]);
        }
    }

    @Test
    void breaksOffWhenAFileIsShort() throws IOException {
        BlobKey key = put(bytes(1000));

        try (Blob blob = store.open(key).orElseThrow();
                InputStream stream = blob.range(0, 1000);
                FileChannel cut = FileChannel.open(file(key), StandardOpenOption.WRITE)) {
            cut.truncate(400);
            assertThat(stream.readNBytes(400)).hasSize(400);
            assertThatThrownBy(stream::read).isInstanceOf(EOFException.class).hasMessageContaining("600 bytes short");
        }
    }

    @Test
    void makesADirectoryAgainThatSomebodyRemoved() throws IOException {
        for (int i = 0; i < 2000; i++) {
            try (BlobWriter writer = store.create()) {
                writer.write(i);
            }
        }
        try (Stream<Path> leaves = Files.walk(directory.resolve("blobs"), 2)) {
            for (Path leaf : leaves.filter(d -> d.getNameCount() == directory.getNameCount() + 3)
                    .toList()) {
                Files.delete(leaf);
            }
        }

        for (int i = 0; i < 100; i++) {
            assertThat(sizeOf(put(bytes(i)))).isEqualTo(i);
        }
    }

    @Test
    void namesOnlyBlobs() throws IOException {
        BlobKey key = put(bytes(1));
        Files.writeString(file(key).resolveSibling("lost+found"), "");
        Files.writeString(directory.resolve("blobs/README"), "");
        Files.createDirectories(directory.resolve("blobs/lost+found/a"));

        assertThat(listed(Instant.MAX)).containsExactly(key);
    }

    @Test
    void refusesANewBlobBelowTheReserve() throws IOException {
        try (FileBlobStore full = open(new DiskReserve(Long.MAX_VALUE, 100))) {
            assertThat(full.freeBytes()).isZero();
            assertThat(full.hasRoom(1)).isFalse();
            assertThat(full.hasRoom(0)).isTrue();
            assertThatThrownBy(full::create).isInstanceOf(NoRoomException.class);
        }
        assertThat(stored()).isZero();
    }

    @Test
    void refusesMoreBytesWhenTheReserveIsReached() throws IOException {
        long usable = Files.getFileStore(directory).getUsableSpace();
        // others use this disk too: far from the limit by less than what is written below, by more than they write
        long free = 64L << 20;
        try (FileBlobStore nearlyFull = open(new DiskReserve(usable - free, 100))) {
            BlobWriter writer = nearlyFull.create();
            try (writer) {
                byte[] piece = bytes(1 << 20);
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 1024; i++) {
                                writer.write(piece);
                            }
                        })
                        .isInstanceOf(NoRoomException.class);
            }
            assertThat(nearlyFull.open(writer.key())).isEmpty();
        }
        assertThat(stored()).isZero();
    }

    @Test
    void readsWhatItHasBelowTheReserve() throws IOException {
        BlobKey key = put(bytes(10));

        try (FileBlobStore full = open(new DiskReserve(Long.MAX_VALUE, 100));
                Blob blob = full.open(key).orElseThrow()) {
            assertThat(read(blob, 0, 10)).isEqualTo(bytes(10));
        }
    }

    @Test
    void tellsThatTheDiskIsFullFromTheSystemsSentence() {
        assertThat(DiskRoom.explained(new IOException("No space left on device")))
                .isInstanceOf(NoRoomException.class);
        assertThat(DiskRoom.explained(new IOException("Disk quota exceeded"))).isInstanceOf(NoRoomException.class);
        assertThat(DiskRoom.explained(new IOException("Input/output error"))).isNotInstanceOf(NoRoomException.class);
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> new FileBlobStore(file, DiskReserve.STANDARD, new SecureRandom()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void completesWithTheFailureOfTheSync() throws IOException {
        BlobWriter writer = store.create();
        writer.write(bytes(10));
        // the directory's entry can no longer be synced
        Files.delete(file(writer.key()));
        Files.delete(file(writer.key()).getParent());

        assertThat(writer.finish())
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(IOException.class);
    }
}
