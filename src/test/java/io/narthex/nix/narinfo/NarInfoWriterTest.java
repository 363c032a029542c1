package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NarInfoWriterTest {
    private final Random random = new Random(5);

    @Test
    void writesWhatNixWroteByteForByte() {
        for (String golden :
                List.of("references.narinfo", "derivation.narinfo", "fixed.narinfo", "cache.nixos.org.narinfo")) {
            byte[] bytes = Golden.bytes(golden);
            assertThat(new String(
                            NarInfoWriter.write(NarInfoReader.read(bytes)), java.nio.charset.StandardCharsets.UTF_8))
                    .as(golden)
                    .isEqualTo(Golden.text(golden));
        }
    }

    @Test
    void keepsTheSpaceOfEmptyReferences() {
        assertThat(Golden.text("fixed.narinfo")).contains("\nReferences: \n");
    }

    @Test
    void writesWhatTheReaderReadsBack() {
        for (int i = 0; i < 500; i++) {
            NarInfo info = generate();
            assertThat(NarInfoReader.read(NarInfoWriter.write(info))).isEqualTo(info);
        }
    }

    @Test
    void cannotBeGivenALineBreakInAnyField() {
        NarInfo info = generate();
        assertThatThrownBy(() -> new NarInfo(
                        info.storeDir(),
                        info.storePath(),
                        "nar/x\nSig: a",
                        "none",
                        info.fileHash(),
                        info.fileSize(),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        info.signatures(),
                        info.contentAddress()))
                .isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> new NarInfo(
                        info.storeDir(),
                        info.storePath(),
                        "nar/x",
                        "none",
                        info.fileHash(),
                        info.fileSize(),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        info.signatures(),
                        Optional.of("text:sha256:x\nSig: a")))
                .isInstanceOf(NixFormatException.class);
    }

    @Test
    void doesNotChangeWithTheCollectionsItWasMadeOf() {
        SortedSet<StorePath> references = new TreeSet<>(List.of(path("a")));
        NarInfo info = new NarInfo(
                StoreDir.DEFAULT,
                path("a"),
                "nar/a",
                "none",
                Optional.empty(),
                OptionalLong.empty(),
                hash(),
                1,
                references,
                Optional.empty(),
                List.of(),
                Optional.empty());
        references.clear();
        assertThat(info.references()).hasSize(1);
        assertThatThrownBy(() -> info.references().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private NarInfo generate() {
        return new NarInfo(
                random.nextBoolean() ? StoreDir.DEFAULT : new StoreDir("/other/store"),
                path("x"),
                "nar/" + random.nextLong(),
                List.of("none", "xz", "zstd", "br").get(random.nextInt(4)),
                random.nextBoolean() ? Optional.of(hash()) : Optional.empty(),
                random.nextBoolean() ? OptionalLong.of(1 + random.nextLong(1L << 50)) : OptionalLong.empty(),
                hash(),
                1 + random.nextLong(1L << 50),
                IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> path("r" + i))
                        .collect(Collectors.toCollection(TreeSet::new)),
                random.nextBoolean() ? Optional.of(path("d.drv")) : Optional.empty(),
                Stream.generate(() -> new Signature("k-" + random.nextInt(3), bytes(64)))
                        .limit(random.nextInt(4))
                        .toList(),
                random.nextBoolean() ? Optional.of("fixed:r:" + hash()) : Optional.empty());
    }

    private StorePath path(String name) {
        return new StorePath(StorePathHash.of(bytes(StorePathHash.BYTES)), name);
    }

    private NixHash hash() {
        return new NixHash(HashAlgorithm.SHA256, bytes(32));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
