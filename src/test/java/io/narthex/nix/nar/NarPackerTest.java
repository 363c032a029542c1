package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.narthex.nix.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NarPackerTest {
    /** One TiB. */
    private static final long SPARSE = 1L << 40;

    @TempDir
    private Path temp;

    private Path goldenTree() throws IOException {
        Path tree = temp.resolve("tree");
        NarUnpacker.unpack(new ByteArrayInputStream(Golden.bytes("tree.nar")), tree);
        return tree;
    }

    @Test
    void packsTheGoldenTreeAsNixDoes() throws IOException {
        assertThat(Trees.pack(goldenTree())).isEqualTo(Golden.bytes("tree.nar"));
    }

    @Test
    void packsAFileALinkAnExecutableAndAnEmptyDirectoryAsNixDoes() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "hello\n");
        Path executable = Files.writeString(temp.resolve("exe"), "x");
        Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("target"));
        assertThat(Trees.pack(file)).isEqualTo(Golden.bytes("file.nar"));
        assertThat(Trees.pack(executable)).isEqualTo(Golden.bytes("executable.nar"));
        assertThat(Trees.pack(link)).isEqualTo(Golden.bytes("symlink.nar"));
        assertThat(Trees.pack(Files.createDirectory(temp.resolve("dir"))))
                .isEqualTo(Golden.bytes("empty-directory.nar"));
    }

    @Test
    void looksAtTheOwnersBitAlone() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-xr-x"));
        byte[] plain = Trees.pack(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        assertThat(plain).isNotEqualTo(Golden.bytes("executable.nar"));
        assertThat(Trees.pack(file)).isEqualTo(Golden.bytes("executable.nar"));
    }

    @Test
    void packsTheSameThroughAnyBuffer() throws IOException {
        Path tree = goldenTree();
        for (int buffer : new int[] {16, 17, 23, 24, 1000, 4096, 81_240, 1 << 20}) {
            assertThat(Trees.pack(tree, buffer)).as("%d", buffer).isEqualTo(Golden.bytes("tree.nar"));
        }
    }

    @Test
    void packsFilesThatEndAtTheBuffersEnd() throws IOException {
        for (int size = 60; size < 200; size++) {
            Path file = Trees.file(temp.resolve("f" + size), size);
            assertThat(Trees.pack(file, 128)).isEqualTo(Trees.pack(file, 4096)).hasSize((int) NarPacker.sizeOf(file));
        }
    }

    @Test
    void cutsEveryRangeOutOfTheWhole() throws IOException {
        byte[] nar = Golden.bytes("tree.nar");
        Path tree = goldenTree();
        Random random = new Random(6);
        for (int i = 0; i < 300; i++) {
            int from = random.nextInt(nar.length);
            int length = random.nextInt(i % 2 == 0 ? 200 : nar.length - from + 1);
            int end = Math.min(nar.length, from + length);
            assertThat(Trees.packRange(tree, 512, from, length))
                    .as("%d+%d", from, length)
                    .isEqualTo(Arrays.copyOfRange(nar, from, end));
        }
    }

    @Test
    void cutsRangesAtEveryByteOfASmallArchive() throws IOException {
        byte[] nar = Golden.bytes("executable.nar");
        Path file = temp.resolve("exe");
        NarUnpacker.unpack(new ByteArrayInputStream(nar), file);
        for (int from = 0; from <= nar.length; from++) {
            for (int end = from; end <= nar.length; end++) {
                assertThat(Trees.packRange(file, 16, from, end - from)).isEqualTo(Arrays.copyOfRange(nar, from, end));
            }
        }
    }

    @Test
    void endsARangeWithTheArchive() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "hello\n");
        byte[] nar = Golden.bytes("file.nar");
        assertThat(Trees.packRange(file, 64, 100, Long.MAX_VALUE)).isEqualTo(Arrays.copyOfRange(nar, 100, nar.length));
        assertThat(Trees.packRange(file, 64, nar.length, 10)).isEmpty();
        assertThat(Trees.packRange(file, 64, Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    @Timeout(20)
    void readsNoContentsBeforeARangeNorBehindIt() throws IOException {
        Path tree = Files.createDirectory(temp.resolve("t"));
        sparse(tree.resolve("a"));
        byte[] wanted = Files.readAllBytes(Trees.file(tree.resolve("b"), 100));
        sparse(tree.resolve("c"));
        NarNode.Directory listing = (NarNode.Directory) NarListing.of(tree).root();
        long offset = ((NarNode.Regular) listing.entries().get(1).node()).narOffset();
        assertThat(offset).isGreaterThan(SPARSE);
        assertThat(Trees.packRange(tree, 4096, offset, 100)).isEqualTo(wanted);
        assertThat(Trees.packRange(tree, 4096, offset - SPARSE / 2, 10)).isEqualTo(new byte[10]);
    }

    /** A file that takes no room on disk, and many minutes to read. */
    private static void sparse(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), SPARSE - 1);
        }
    }

    @Test
    void tellsTheSizeThatItPacks() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 30; i++) {
            Path tree = temp.resolve("t" + i);
            Trees.generate(tree, random, 4);
            assertThat(NarPacker.sizeOf(tree)).isEqualTo(Trees.pack(tree).length);
        }
    }

    @Test
    void packsADeepTree() throws IOException {
        Path tree = temp.resolve("t");
        Path at = tree;
        for (int i = 0; i < 500; i++) {
            Files.createDirectory(at);
            at = at.resolve("d");
        }
        assertThat(Trees.pack(tree)).hasSize((int) NarPacker.sizeOf(tree));
        assertThat(NarVerifier.verify(new ByteArrayInputStream(Trees.pack(tree)))
                        .narSize())
                .isEqualTo(NarPacker.sizeOf(tree));
    }

    @Test
    void stopsBeforeMoreIsSentWhenAFileGrows() throws IOException {
        assertChange(100, 101);
        assertChange(100_000, 100_001);
        assertChange(65_536, 65_537);
    }

    @Test
    void stopsBeforeMoreIsSentWhenAFileShrinks() throws IOException {
        assertChange(100, 99);
        assertChange(100, 0);
        assertChange(100_000, 99_999);
    }

    /** The sink changes the second file when the first is sent, which is after the second's stat or before its open. */
    private void assertChange(int size, int changed) throws IOException {
        Path tree = Files.createDirectory(temp.resolve(size + "-" + changed));
        Path file = Trees.file(tree.resolve("f"), size);
        long offset = NarPacker.sizeOf(tree) - size - NarFraming.padding(size) - 3L * NarFraming.CLOSE.length;
        long[] sent = new long[1];
        // So small that the framing before the contents is drained after the stat.
        NarPacker packer = new NarPacker(ByteBuffer.allocateDirect(48), bytes -> {
            sent[0] += bytes.remaining();
            bytes.position(bytes.limit());
            if (sent[0] >= offset - 48 && Files.size(file) == size) {
                Trees.file(file, changed);
            }
        });
        assertThatThrownBy(() -> packer.pack(tree))
                .isInstanceOfSatisfying(
                        NarException.FileChanged.class,
                        e -> assertThat(e.expected()).isEqualTo(size));
        assertThat(sent[0]).isLessThanOrEqualTo(offset + Math.min(size, changed));
    }

    @Test
    void refusesASocket() throws IOException {
        Path tree = Files.createDirectory(temp.resolve("t"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(tree.resolve("s")));
            assertThatThrownBy(() -> Trees.pack(tree)).isInstanceOf(NarException.UnsupportedFile.class);
            assertThatThrownBy(() -> NarPacker.sizeOf(tree)).isInstanceOf(NarException.UnsupportedFile.class);
            assertThatThrownBy(() -> NarListing.of(tree)).isInstanceOf(NarException.UnsupportedFile.class);
        }
    }

    @Test
    void refusesADevice() {
        Path device = Path.of("/dev/null");
        assumeThat(device).exists();
        assertThatThrownBy(() -> Trees.pack(device)).isInstanceOf(NarException.UnsupportedFile.class);
    }

    @Test
    void saysThatThereIsNothing() {
        assertThatThrownBy(() -> Trees.pack(temp.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void refusesASinkThatLeavesBytes() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "hello\n", StandardOpenOption.CREATE_NEW);
        assertThatThrownBy(() -> new NarPacker(ByteBuffer.allocate(64), bytes -> {}).pack(file))
                .isInstanceOf(IllegalStateException.class);
    }
}
