package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.nix.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SmallBodyTest {
    private static final byte[] TREE = Golden.bytes("tree.nar");

    private static byte[] read(byte[] body, @Nullable String coding, int limit) {
        return SmallBody.read(new ByteArrayInputStream(body), coding, limit);
    }

    @Test
    void undoesEachCodingThatNixSends() {
        for (String coding : List.of("gzip", "br", "zstd", "xz", "bzip2", "lz4")) {
            assertThat(read(Golden.bytes("packed/nix.nar." + coding), coding, TREE.length))
                    .as(coding)
                    .isEqualTo(TREE);
        }
        assertThat(read(Golden.bytes("packed/nix.nar.gzip"), " X-GZIP ", TREE.length))
                .isEqualTo(TREE);
    }

    @Test
    void leavesWhatIsNotCoded() {
        for (String coding : Arrays.asList(null, "", "identity", "Identity", "none")) {
            assertThat(read(TREE, coding, TREE.length)).isEqualTo(TREE);
        }
        assertThat(read(new byte[0], null, 1)).isEmpty();
    }

    @Test
    void holdsBothFormsToTheLimit() {
        assertThatThrownBy(() -> read(TREE, null, TREE.length - 1))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BODY_TOO_LARGE));
        for (String coding : List.of("gzip", "br", "zstd", "xz", "bzip2", "lz4")) {
            assertThatThrownBy(() -> read(Golden.bytes("packed/nix.nar." + coding), coding, TREE.length - 1))
                    .as(coding)
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BODY_TOO_LARGE));
        }
    }

    @Test
    void stopsABomb() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(packed, 3)) {
            GeneratedNar.zeros(2000).transferTo(out);
        }
        assertThatThrownBy(() -> read(packed.toByteArray(), "zstd", 1 << 20))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BODY_TOO_LARGE));
    }

    @Test
    void refusesOthersByName() {
        for (String coding : List.of("compress", "deflate", "gzip, br", "lzma", "x")) {
            assertThatThrownBy(() -> read(TREE, coding, TREE.length))
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNKNOWN_COMPRESSION))
                    .hasMessageContaining('\'' + coding + '\'');
        }
    }

    @Test
    void refusesWhatIsNotIntact() {
        byte[] cut = Arrays.copyOf(Golden.bytes("packed/nix.nar.gzip"), 100);
        assertThatThrownBy(() -> read(cut, "gzip", TREE.length))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS));
        assertThatThrownBy(() -> read(TREE, "br", TREE.length))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS));
    }
}
