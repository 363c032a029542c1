package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.cache.Cache;
import io.narthex.cache.SampleCache;
import io.narthex.cache.Source;
import io.narthex.cache.Visibility;
import io.narthex.index.SampleIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NarMemoryTest {
    private static final byte[] BYTES = "a NAR, to this memory".getBytes(StandardCharsets.US_ASCII);
    private static final NixHash HASH =
            NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(BYTES));
    private static final Cache OTHERS = SampleCache.of(2, "others", "main", Visibility.PRIVATE, Source.LOCAL_STORE);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final NarMemory memory = new NarMemory(Duration.ofDays(1));
    private SignedPath path;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void add() {
        path = new SampleIndex(directory).remember(StorePath.parseBaseName("0".repeat(32) + "-x"), HASH, BYTES.length);
    }

    @Test
    void givesTheBytesThatItKeeps() {
        memory.keep(SampleCache.LOCAL, path, HASH, ByteBuffer.wrap(BYTES));

        NarMemory.Found found = found();

        assertThat(found.entityTag()).isEqualTo('"' + HASH.nix32() + '"');
        assertThat(found.bytes()).isEqualTo(ByteBuffer.wrap(BYTES));
        assertThatThrownBy(() -> found.bytes().put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    private NarMemory.Found found() {
        return Objects.requireNonNull(memory.find(SampleCache.LOCAL, path, HASH));
    }

    @Test
    void givesEachCallerAPositionOfItsOwn() {
        memory.keep(SampleCache.LOCAL, path, HASH, ByteBuffer.wrap(BYTES));

        found().bytes().get();

        assertThat(found().bytes().remaining()).isEqualTo(BYTES.length);
    }

    @Test
    void doesNotKeepOtherBytesThanThoseOfTheHash() {
        memory.keep(SampleCache.LOCAL, path, HASH, ByteBuffer.wrap(new byte[BYTES.length]));

        assertThat(memory.find(SampleCache.LOCAL, path, HASH)).isNull();
    }

    @Test
    void doesNotGiveWhatThePathIsNoMore() {
        memory.keep(SampleCache.LOCAL, path, HASH, ByteBuffer.wrap(BYTES));

        assertThat(memory.find(SampleCache.LOCAL, path, NixHash.ofSha256(new byte[32])))
                .isNull();
    }

    @Test
    void doesNotGiveOneTenantWhatAnotherBrought() {
        memory.keep(SampleCache.LOCAL, path, HASH, ByteBuffer.wrap(BYTES));

        assertThat(memory.find(OTHERS, path, HASH)).isNull();
    }

    @Test
    void keepsNothingWhereEachSendingIsToBeHashed() {
        assertThat(new NarMemory(Duration.ZERO).takes(1)).isFalse();
    }

    @Test
    void takesSmallFilesAlone() {
        assertThat(memory.takes(64 << 10)).isTrue();
        assertThat(memory.takes((64 << 10) + 1)).isFalse();
    }
}
