package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises. */
abstract class BlobStoreContract {
    /** A part of an upload to S3, in these tests; several sizes below are around it and its multiples. */
    static final int PART = 5 << 20;

    private static final Duration LONG = Duration.ofDays(1);

    /** The store under test, the same one within a test. */
    abstract BlobStore store();

    /** How many things lie in the store, finished or not, whatever their names. */
    abstract int stored() throws IOException;

    @AfterEach
    void closeStore() {
        store().close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7})
    void givesBackWhatItTook(int size) throws IOException {
        byte[] bytes = bytes(size);

        BlobKey key = put(bytes);

        try (Blob blob = store().open(key).orElseThrow()) {
            assertThat(blob.size()).isEqualTo(size);
            assertThat(read(blob, 0, size)).isEqualTo(bytes);
        }
        assertThat(stored()).isOne();
    }

    @Test
    void keepsAMarkThatIsNoBlob() throws IOException {
        assertThat(store().readMark()).isEmpty();
        store().writeMark(bytes(100));
        store().writeMark(bytes(50));

        assertThat(store().readMark())
                .hasValueSatisfying(mark -> assertThat(mark).isEqualTo(bytes(50)));
        List<BlobKey> listed = new ArrayList<>();
        store().list(Instant.now().plus(LONG), listed::add);
        assertThat(listed).isEmpty();
    }

    @Test
    void takesBytesInPiecesOfAllKinds() throws IOException {
        byte[] bytes = bytes(1 << 20);

        BlobKey key;
        try (BlobWriter writer = store().create()) {
            writer.write(bytes[0]);
            writer.write(bytes, 1, 99);
            ByteBuffer direct = ByteBuffer.allocateDirect(300_000).put(bytes, 100, 300_000);
            writer.write(direct.flip());
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(writer.size()).isEqualTo(300_100);
            writer.write(ByteBuffer.wrap(bytes, 300_100, bytes.length - 300_100).asReadOnlyBuffer());
            assertThat(writer.size()).isEqualTo(bytes.length);
            writer.finish().join();
            key = writer.key();
        }

        try (Blob blob = store().open(key).orElseThrow()) {
            assertThat(read(blob, 0, bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void givesAnyRange() throws IOException {
        byte[] bytes = bytes(1000);

        try (Blob blob = store().open(put(bytes)).orElseThrow()) {
            assertThat(read(blob, 0, 1)).containsExactly(bytes[0]);
            assertThat(read(blob, 999, 1)).containsExactly(bytes[999]);
            assertThat(read(blob, 10, 980)).isEqualTo(Arrays.copyOfRange(bytes, 10, 990));
            assertThat(read(blob, 5, 0)).isEmpty();
            assertThat(read(blob, 1000, 0)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 1000})
    void refusesARangeThatTheBlobDoesNotHave(long first) throws IOException {
        try (Blob blob = store().open(put(bytes(1000))).orElseThrow()) {
            assertThatThrownBy(() -> blob.range(first, 1001 - Math.min(first, 0)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> blob.range(first, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void readsSeveralRangesAtOnce() throws IOException {
        byte[] bytes = bytes(200_000);

        try (Blob blob = store().open(put(bytes)).orElseThrow();
                InputStream left = blob.range(0, 100_000);
                InputStream right = blob.range(100_000, 100_000)) {
            for (int i = 0; i < 100_000; i += 1000) {
                assertThat(left.readNBytes(1000)).isEqualTo(Arrays.copyOfRange(bytes, i, i + 1000));
                assertThat(right.readNBytes(1000)).isEqualTo(Arrays.copyOfRange(bytes, 100_000 + i, 101_000 + i));
            }
        }
    }

    @Test
    void hasNoBlobOfAnUnknownKey() throws IOException {
        put(bytes(1));

        assertThat(store().open(BlobKey.parse("a".repeat(26)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, PART + 1})
    void keepsNothingOfWhatWasNotFinished(int size) throws IOException {
        BlobKey key;
        try (BlobWriter writer = store().create()) {
            writer.write(bytes(size));
            key = writer.key();
        }

        assertThat(store().open(key)).isEmpty();
        assertThat(stored()).isZero();
    }

    @Test
    void takesNothingMoreAfterTheEnd() throws IOException {
        try (BlobWriter writer = store().create()) {
            writer.finish().join();
            assertThatThrownBy(() -> writer.write(bytes(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(stored()).isOne();
    }

    @Test
    void deletesABlobAndIsContentWithNone() throws IOException {
        BlobKey kept = put(bytes(10));
        BlobKey gone = put(bytes(10));

        store().delete(gone);
        store().delete(gone);

        assertThat(store().open(gone)).isEmpty();
        assertThat(store().open(kept)).hasValueSatisfying(Blob::close);
        assertThat(stored()).isOne();
    }

    @Test
    void readsADeletedBlobToItsEnd() throws IOException {
        byte[] bytes = bytes(PART);
        BlobKey key = put(bytes);

        try (Blob blob = store().open(key).orElseThrow();
                InputStream stream = blob.range(0, bytes.length)) {
            byte[] head = stream.readNBytes(1000);
            store().delete(key);
            byte[] tail = stream.readAllBytes();
            assertThat(head.length + tail.length).isEqualTo(bytes.length);
            assertThat(tail).endsWith(Arrays.copyOfRange(bytes, 1000, bytes.length));
        }
    }

    @Test
    void stopsReadingInTheMiddle() throws IOException {
        byte[] bytes = bytes(PART);

        try (Blob blob = store().open(put(bytes)).orElseThrow()) {
            try (InputStream stream = blob.range(0, bytes.length)) {
                assertThat(stream.readNBytes(10)).hasSize(10);
            }
            assertThat(read(blob, bytes.length - 3L, 3)).hasSize(3);
        }
    }

    @Test
    void namesWhatIsOlderThanATime() throws IOException {
        Set<BlobKey> all = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            all.add(put(bytes(1)));
        }

        assertThat(listed(Instant.now().plus(LONG))).containsExactlyInAnyOrderElementsOf(all);
        assertThat(listed(Instant.now().minus(LONG))).isEmpty();
    }

    @Test
    void letsTheOneWhoListsDelete() throws IOException {
        for (int i = 0; i < 10; i++) {
            put(bytes(1));
        }

        for (BlobKey key : listed(Instant.now().plus(LONG))) {
            store().delete(key);
        }

        assertThat(listed(Instant.now().plus(LONG))).isEmpty();
        assertThat(stored()).isZero();
    }

    @Test
    void takesManyAtOnce() {
        List<CompletableFuture<BlobKey>> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int size = i * 1000;
            all.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return put(bytes(size));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }

        for (int i = 0; i < all.size(); i++) {
            BlobKey key = all.get(i).join();
            assertThat(sizeOf(key)).isEqualTo(i * 1000L);
        }
    }

    @Test
    void hasRoomForWhatIsFree() throws IOException {
        assertThat(store().freeBytes()).isPositive();
        assertThat(store().hasRoom(1)).isTrue();
    }

    @Test
    void findsWithAnotherStoreWhatAnUnfinishedWriterLeft() throws IOException {
        BlobWriter left = store().create();
        left.write(bytes(PART + 1));
        assertThat(stored()).isOne();
        // neither finished nor closed: what kill -9 leaves

        store().removeUnfinished(Instant.now().plus(LONG));
        for (BlobKey key : listed(Instant.now().plus(LONG))) {
            store().delete(key);
        }

        assertThat(stored()).isZero();
    }

    @Test
    void sparesAWriterThatIsAtWork() throws IOException {
        try (BlobWriter writer = store().create()) {
            writer.write(bytes(PART + 1));

            store().removeUnfinished(Instant.now().minus(LONG));
            assertThat(listed(Instant.now().minus(LONG))).isEmpty();

            writer.finish().join();
            assertThat(sizeOf(writer.key())).isEqualTo(PART + 1);
        }
    }

    final BlobKey put(byte[] bytes) throws IOException {
        try (BlobWriter writer = store().create()) {
            writer.write(bytes);
            writer.finish().join();
            return writer.key();
        }
    }

    final long sizeOf(BlobKey key) {
        try (Blob blob = store().open(key).orElseThrow()) {
            return blob.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final List<BlobKey> listed(Instant olderThan) throws IOException {
        List<BlobKey> keys = new ArrayList<>();
        store().list(olderThan, keys::add);
        return keys;
    }

    static byte[] read(Blob blob, long first, long length) throws IOException {
        try (InputStream stream = blob.range(first, length)) {
            return stream.readAllBytes();
        }
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
