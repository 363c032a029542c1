package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CompressionTest {
    @Test
    void knowsTheNamesAndExtensionsOfNix() {
        assertThat(Compression.values()).hasSize(13);
        for (Compression compression : Compression.values()) {
            assertThat(Compression.named(compression.nixName())).contains(compression);
            if (!compression.extension().isEmpty()) {
                assertThat(Compression.ofExtension(compression.extension())).contains(compression);
            }
        }
        assertThat(Compression.BZIP2.extension()).isEqualTo(".bz2");
        assertThat(Compression.GZIP.extension()).isEmpty();
        assertThat(Compression.ofExtension("")).isEmpty();
        assertThat(Compression.ofExtension(".gz")).isEmpty();
        assertThat(Compression.named("XZ")).isEmpty();
    }

    @Test
    void isToldByTheFirstBytesOfWhatNixWrites() {
        for (Compression compression : new Compression[] {
            Compression.XZ, Compression.BZIP2, Compression.GZIP, Compression.ZSTD, Compression.LZ4
        }) {
            assertThat(Compression.detect(start("packed/nix.nar." + compression)))
                    .contains(compression);
        }
        assertThat(Compression.detect(start("tree.nar"))).contains(Compression.NONE);
        assertThat(Compression.detect(start("packed/nix.nar.br"))).isEmpty();
        assertThat(Compression.detect(new byte[0])).isEmpty();
    }

    private static byte[] start(String golden) {
        return Arrays.copyOf(Golden.bytes(golden), Compression.MAGIC_BYTES);
    }
}
