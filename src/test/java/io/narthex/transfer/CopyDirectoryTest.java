package io.narthex.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyDirectoryTest {
    private static final int ROOM = 1_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path home;

    @Test
    void givesWhatWasAdded() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(0, 'a'), "tag", 10);

        assertThat(copies.has(key(0, 'a'))).isTrue();
        assertThat(read(copies, key(0, 'a'))).contains(bytes(10));
        assertThat(copies.open(key(0, 'a')).orElseThrow().tag()).isEqualTo("tag");
    }

    @Test
    void keepsOwnersAndCodingsApart() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(1, 'a'), "0", 10);

        assertThat(copies.open(key(0, 'a'))).isEmpty();
        assertThat(copies.open(key(2, 'a'))).isEmpty();
        assertThat(copies.open(new CopyDirectory.Key(1, "a".repeat(52), true))).isEmpty();
    }

    @Test
    void findsItAgainAfterAStart() throws Exception {
        add(open(), key(3, 'a'), "tag", 10);

        assertThat(read(open(), key(3, 'a'))).contains(bytes(10));
    }

    @Test
    void removesAtItsStartWhatWasNotFinished() throws Exception {
        Files.write(open().create(), bytes(10));

        open();

        assertThat(files()).isZero();
    }

    @Test
    void removesWhatWasUsedLongestAgoWhenThereIsNoRoom() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(0, 'a'), "0", 400);
        add(copies, key(0, 'b'), "0", 400);
        read(copies, key(0, 'a'));

        add(copies, key(0, 'c'), "0", 400);

        assertThat(copies.has(key(0, 'a'))).isTrue();
        assertThat(copies.has(key(0, 'b'))).isFalse();
        assertThat(files()).isEqualTo(2);
    }

    @Test
    void takesRoomFromWhoHoldsMost() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(1, 'a'), "0", 200);
        for (char c : "bcdf".toCharArray()) {
            add(copies, key(2, c), "0", 200);
        }

        add(copies, key(2, 'g'), "0", 200);

        assertThat(copies.has(key(1, 'a'))).isTrue();
        assertThat(copies.has(key(2, 'b'))).isFalse();
    }

    @Test
    void survivesThatSomebodyRemovesAFile() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(0, 'a'), "0", 10);
        try (Stream<Path> all = Files.list(directory())) {
            Files.delete(all.findFirst().orElseThrow());
        }

        assertThat(copies.open(key(0, 'a'))).isEmpty();
        assertThat(copies.has(key(0, 'a'))).isFalse();
    }

    @Test
    void doesNotGiveAFileThatIsNotAsLongAsItWas() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(0, 'a'), "0", 10);
        try (Stream<Path> all = Files.list(directory())) {
            Files.write(all.findFirst().orElseThrow(), bytes(9));
        }

        assertThat(copies.open(key(0, 'a'))).isEmpty();
    }

    @Test
    void sendsToItsEndWhatWasRemovedMeanwhile() throws Exception {
        CopyDirectory copies = open();
        add(copies, key(0, 'a'), "0", 600);
        try (var file = copies.open(key(0, 'a')).orElseThrow().file()) {
            add(copies, key(0, 'b'), "0", 600);

            assertThat(copies.has(key(0, 'a'))).isFalse();
            assertThat(file.read(ByteBuffer.allocate(ROOM), 0)).isEqualTo(600);
        }
    }

    private CopyDirectory open() throws IOException {
        return new CopyDirectory(directory(), ROOM);
    }

    private Path directory() {
        return home.resolve("packed");
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.list(directory())) {
            return all.count();
        }
    }

    private static void add(CopyDirectory copies, CopyDirectory.Key key, String tag, int size) throws IOException {
        Path file = copies.create();
        Files.write(file, bytes(size));
        copies.add(key, tag, file);
    }

    private static Optional<byte[]> read(CopyDirectory copies, CopyDirectory.Key key) throws IOException {
        Optional<CopyDirectory.Opened> opened = copies.open(key);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (var file = opened.get().file()) {
            ByteBuffer all = ByteBuffer.allocate((int) opened.get().bytes());
            file.read(all, 0);
            return Optional.of(all.array());
        }
    }

    private static CopyDirectory.Key key(int owner, char digit) {
        return new CopyDirectory.Key(owner, Character.toString(digit).repeat(52), false);
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}
