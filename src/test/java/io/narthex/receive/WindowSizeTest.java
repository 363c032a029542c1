package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.nix.Golden;
import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Files as the libraries themselves make them, of which the beginning tells the window. In MiB. */
class WindowSizeTest {
    private static final byte[] SKIPPED = {0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};

    @ParameterizedTest(name = "2^{0}: {1}")
    @CsvSource({"17, 10", "23, 10", "24, 16", "25, 32", "27, 128"})
    void readsTheWindowOfZstd(int log, long expected) throws IOException {
        byte[] file = zstd(log);

        assertThat(mebibytes(Compression.ZSTD, file)).isEqualTo(expected);
        assertThat(mebibytes(Compression.ZSTD, Upload.join(SKIPPED, SKIPPED, file)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "xz -{0}: {1}")
    @CsvSource({"0, 10", "6, 10", "7, 16", "9, 64"})
    void asksForTheWindowOfXz(int preset, long expected) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (OutputStream out = new XZOutputStream(file, new LZMA2Options(preset))) {
            out.write(1);
        }

        assertThat(mebibytes(Compression.XZ, file.toByteArray())).isEqualTo(expected);
    }

    /** pzstd puts the size of each frame before it, into one that is skipped. */
    @Test
    void takesTheUsualForWhatTellsNothing() throws IOException {
        assertThat(mebibytes(Compression.ZSTD, Golden.bytes("packed/pzstd.nar.zst")))
                .isEqualTo(10);
        byte[] file = Upload.join(SKIPPED, zstd(27));
        for (int length = 0; length < 16; length++) {
            assertThat(mebibytes(Compression.ZSTD, Arrays.copyOf(file, length))).isEqualTo(10);
            assertThat(mebibytes(Compression.XZ, Arrays.copyOf(file, length))).isEqualTo(10);
        }
    }

    private static byte[] zstd(int log) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(file, 1)) {
            out.setLong(log);
            out.write(new byte[100]);
            out.flush();
        }
        return file.toByteArray();
    }

    private static long mebibytes(Compression compression, byte[] start) {
        return WindowSize.of(compression, start) >> 20;
    }
}
