package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarException;
import io.narthex.nix.nar.NarFlaw;
import io.narthex.nix.nar.NarListing;
import io.narthex.nix.nar.Words;
import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarReceiverTest {
    private static final byte[] TREE = Golden.bytes("tree.nar");
    private static final NixHash TREE_HASH =
            NixHash.parse("sha256:" + Golden.text("tree.nar.sha256").strip());

    private static final List<Compression> PACKED = List.of(
            Compression.XZ, Compression.BZIP2, Compression.GZIP, Compression.ZSTD, Compression.BR, Compression.LZ4);

    private static Upload packed(Compression compression) {
        return new Upload(
                Golden.bytes("packed/nix.nar." + compression),
                compression == Compression.GZIP ? Optional.empty() : Optional.of(compression));
    }

    @Test
    void takesEachCompressionAsNixWritesIt() throws IOException {
        for (Compression compression : PACKED) {
            Upload upload = packed(compression);
            ByteArrayOutputStream stored = new ByteArrayOutputStream();
            ReceivedNar received = upload.receive(stored);
            assertThat(received.facts())
                    .isEqualTo(new NarFacts(
                            Upload.sha256(upload.body()),
                            upload.body().length,
                            TREE_HASH,
                            TREE.length,
                            compression,
                            Optional.empty()));
            assertThat(stored.toByteArray()).isEqualTo(upload.body());
            assertThat(received.listing().root())
                    .isEqualTo(NarListing.read(new ByteArrayInputStream(TREE)).root());
        }
    }

    @Test
    void takesAPlainNarWhoseFileIsTheNar() throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        assertThat(Upload.of(TREE).receive(stored).facts())
                .isEqualTo(new NarFacts(
                        TREE_HASH, TREE.length, TREE_HASH, TREE.length, Compression.NONE, Optional.empty()));
        assertThat(stored.toByteArray()).isEqualTo(TREE);
    }

    @Test
    void takesSeveralFramesAndWhatParallelToolsWrite() throws IOException {
        for (String name : List.of("frames.nar.xz", "padded.nar.xz", "threads.nar.xz")) {
            takes(name, Compression.XZ);
        }
        takes("frames.nar.zst", Compression.ZSTD);
        takes("pzstd.nar.zst", Compression.ZSTD);
        takes("frames.nar.bz2", Compression.BZIP2);
        takes("frames.nar.gz", Compression.GZIP);
        takes("frames.nar.lz4", Compression.LZ4);
        takes("linked.nar.lz4", Compression.LZ4);
    }

    private static void takes(String golden, Compression compression) throws IOException {
        Upload upload = new Upload(
                Golden.bytes("packed/" + golden),
                compression == Compression.GZIP ? Optional.empty() : Optional.of(compression));
        NarFacts facts = upload.receive().facts();
        assertThat(facts.narHash()).as(golden).isEqualTo(TREE_HASH);
        assertThat(facts.compression()).isEqualTo(compression);
    }

    @Test
    void hashesTheContentsOfASingleFileOnly() throws IOException {
        assertThat(Upload.of(Golden.bytes("file.nar")).receive().facts().contentsHash())
                .contains(Upload.sha256("hello\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(Upload.of(Golden.bytes("symlink.nar")).receive().facts().contentsHash())
                .isEmpty();
    }

    @Test
    void refusesWhatFollowsTheEnd() {
        for (Compression compression : PACKED) {
            Upload upload = packed(compression);
            byte[] longer = Upload.join(upload.body(), "x".repeat(9000).getBytes(StandardCharsets.US_ASCII));
            for (byte[] body : List.of(Arrays.copyOf(longer, upload.body().length + 1), longer)) {
                assertThatThrownBy(() -> new Upload(body, upload.named()).receive())
                        .as(compression + " and " + (body.length - upload.body().length))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS));
            }
        }
        refusesNar(Upload.join(TREE, new byte[8]), NarFlaw.TRAILING_BYTES);
        refusesNar(Upload.join(TREE, TREE), NarFlaw.TRAILING_BYTES);
    }

    @Test
    void refusesACutFile() {
        for (Compression compression : PACKED) {
            Upload upload = packed(compression);
            for (int cut : new int[] {1, 8, upload.body().length / 2}) {
                byte[] body = Arrays.copyOf(upload.body(), upload.body().length - cut);
                assertThatThrownBy(() -> new Upload(body, upload.named()).receive())
                        .as(compression + " less " + cut)
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS));
            }
        }
        refusesNar(Arrays.copyOf(TREE, TREE.length - 1), NarFlaw.TRUNCATED);
        refusesNar(new byte[0], NarFlaw.TRUNCATED);
    }

    @Test
    void refusesABodyShorterThanPromisedAsCut() {
        for (Compression compression : PACKED) {
            Upload upload = packed(compression);
            int cut = upload.body().length - 5;
            UploadName name = new UploadName(Upload.sha256(upload.body()), upload.named());
            assertThatThrownBy(() -> Upload.receive(
                            new NarReceiver(Upload.LIMITS),
                            new ByteArrayInputStream(upload.body(), 0, cut),
                            OptionalLong.of(upload.body().length),
                            name,
                            OutputStream.nullOutputStream()))
                    .as(compression.nixName())
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BODY_CUT))
                    .hasMessage("the body ended after " + cut + " bytes of " + upload.body().length);
        }
    }

    @Test
    void tellsABrokenConnectionFromABrokenDisk() {
        IOException broken = new IOException("broken");
        for (Compression compression : PACKED) {
            Upload upload = packed(compression);
            UploadName name = new UploadName(Upload.sha256(upload.body()), upload.named());
            InputStream connection = new FilterInputStream(new ByteArrayInputStream(upload.body(), 0, 100)) {
                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    int read = super.read(target, offset, length);
                    if (read < 0) {
                        throw broken;
                    }
                    return read;
                }
            };
            OutputStream disk = new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw broken;
                }
            };
            NarReceiver receiver = new NarReceiver(Upload.LIMITS);
            assertThatThrownBy(() -> Upload.receive(
                            receiver, connection, OptionalLong.empty(), name, OutputStream.nullOutputStream()))
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BODY_CUT))
                    .hasCause(broken);
            assertThatThrownBy(() -> Upload.receive(
                            receiver, new ByteArrayInputStream(upload.body()), OptionalLong.empty(), name, disk))
                    .isSameAs(broken);
        }
    }

    @Test
    void refusesDotDotInAnArchive() {
        byte[] nar = Words.nar("(", "type", "directory").entry("..").and(")").bytes();
        refusesNar(nar, NarFlaw.BAD_NAME);
    }

    @Test
    void refusesWhatIsNoArchive() {
        refusesNar(new byte[100], NarFlaw.BAD_MAGIC);
        refusesNar("<html>".repeat(20).getBytes(StandardCharsets.US_ASCII), NarFlaw.BAD_MAGIC);
    }

    private static void refusesNar(byte[] body, NarFlaw flaw) {
        assertThatThrownBy(() -> Upload.of(body).receive())
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_A_NAR))
                .hasMessageContaining("not a NAR at byte ")
                .cause()
                .isInstanceOfSatisfying(
                        NarException.Malformed.class, x -> assertThat(x.flaw()).isEqualTo(flaw));
    }

    @Test
    void refusesAFileNamedAfterAnotherHash() {
        NixHash other = Upload.sha256(new byte[1]);
        assertThatThrownBy(() -> Upload.receive(
                        new NarReceiver(Upload.LIMITS),
                        new ByteArrayInputStream(TREE),
                        OptionalLong.empty(),
                        new UploadName(other, Optional.empty()),
                        OutputStream.nullOutputStream()))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.FILE_HASH_MISMATCH))
                .hasMessageContaining(other.nix32())
                .hasMessageContaining(TREE_HASH.nix32());
    }

    @Test
    void refusesAFileThatIsNotCompressedAsItIsNamed() {
        for (Compression compression : PACKED) {
            if (compression == Compression.LZ4) {
                // see refusesLz4ThatDoesNotBeginWithData
                continue;
            }
            assertThatThrownBy(() -> Upload.of(TREE, compression).receive())
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS))
                    .hasMessageStartingWith("the body is not intact " + compression + ":");
        }
    }

    /** What some readers take for the whole file, and others skip. */
    @ParameterizedTest
    @CsvSource({
        "02214c18, legacy",
        "502a4d1803000000616263, skippable",
        "5f2a4d1800000000, skippable",
        "04224d186040820000000000000000, empty",
        "04224d1860408201000000000000000000, empty",
        "04224d18604082000000800000000000, empty",
        "28b52ffd, 28b52ffd",
        "'', begins with",
    })
    void refusesLz4ThatDoesNotBeginWithData(String start, String met) throws IOException {
        byte[] good = Golden.bytes("packed/frames.nar.lz4");

        assertThatThrownBy(() -> Upload.of(
                                Upload.join(HexFormat.of().parseHex(start), start.isEmpty() ? new byte[0] : good),
                                Compression.LZ4)
                        .receive())
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_AN_LZ4_FRAME))
                .hasMessageContaining("04224d18")
                .hasMessageContaining(met);
    }

    @Test
    void takesAFileThatIsNamedByTheHashOfItsNar() throws IOException {
        byte[] file = Zstd.compress(TREE);

        ReceivedNar received = Upload.receive(
                new NarReceiver(Upload.LIMITS),
                new ByteArrayInputStream(file),
                OptionalLong.empty(),
                new UploadName(TREE_HASH, Optional.of(Compression.ZSTD)),
                OutputStream.nullOutputStream());

        assertThat(received.facts().narHash()).isEqualTo(TREE_HASH);
        assertThat(received.facts().fileHash()).isEqualTo(Upload.sha256(file));
    }

    @Test
    void refusesByNameWhatNoLibraryReads() {
        byte[] lzma = {0x5d, 0, 0, (byte) 0x80, 0, (byte) 0xff, (byte) 0xff, 1, 2, 3};
        assertThatThrownBy(() -> Upload.of(lzma).receive())
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNKNOWN_COMPRESSION))
                .hasMessageContaining("'lzma'")
                .hasMessageContaining("zstd");
        assertThatThrownBy(() -> Upload.of(TREE, Compression.LZIP).receive())
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNKNOWN_COMPRESSION))
                .hasMessageContaining("'lzip'");
    }

    @Test
    void holdsFileNarAndListingToTheirLimits() throws IOException {
        int size = packed(Compression.XZ).body().length;
        Upload xz = packed(Compression.XZ);
        limited(xz, new NarLimits(size, TREE.length, 10_000, 130 << 20, 1000));
        assertThatThrownBy(() -> limited(xz, new NarLimits(size - 1, TREE.length, 10_000, 130 << 20, 1000)))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.FILE_TOO_LARGE));
        assertThatThrownBy(() -> limited(xz, new NarLimits(size, TREE.length - 1, 10_000, 130 << 20, 1000)))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NAR_TOO_LARGE));
        assertThatThrownBy(() -> limited(xz, new NarLimits(size, TREE.length, 10_000, 130 << 20, 3)))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_A_NAR));
    }

    @Test
    void refusesALongerBodyThanPromisedLengthsAllow() {
        List<Integer> written = new ArrayList<>();
        OutputStream sink = new OutputStream() {
            @Override
            public void write(int b) {
                written.add(b);
            }
        };
        NarLimits limits = new NarLimits(100, 1000, 10, 1 << 20, 10);
        assertThatThrownBy(() -> Upload.receive(
                        new NarReceiver(limits),
                        new ByteArrayInputStream(TREE),
                        OptionalLong.of(TREE.length),
                        new UploadName(TREE_HASH, Optional.empty()),
                        sink))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.FILE_TOO_LARGE));
        assertThat(written).isEmpty();
    }

    @Test
    void refusesAWindowBeyondTheMemoryLimit() {
        NarLimits limits = new NarLimits(1 << 20, 1 << 20, 10_000, 64 << 10, 1000);
        for (Compression compression : List.of(Compression.XZ, Compression.ZSTD)) {
            assertThatThrownBy(() -> limited(packed(compression), limits))
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.MEMORY_EXCEEDED))
                    .hasMessageStartingWith("unpacking this " + compression + " takes more");
        }
    }

    private static void limited(Upload upload, NarLimits limits) throws IOException {
        upload.receive(limits, new ByteArrayOutputStream());
    }
}
