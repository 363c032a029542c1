package io.narthex.index.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.narthex.blob.NoRoomException;
import io.narthex.configuration.DiskReserve;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpooledDocumentTest {
    private static final DiskReserve NONE = new DiskReserve(0, 0);
    private static final byte[] TEXT = "what a build printed\n".repeat(1_000).getBytes(StandardCharsets.US_ASCII);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private SpooledDocument spool(byte[] text, DiskReserve reserve, long most) throws IOException {
        return SpooledDocument.of(new ByteArrayInputStream(text), directory.resolve("spool"), reserve, most);
    }

    @Test
    void givesBackWhatItReadFromAFileWithoutAName() throws IOException {
        try (SpooledDocument document = spool(TEXT, NONE, TEXT.length);
                InputStream read = new ZstdInputStream(document.read());
                Stream<Path> names = Files.list(directory.resolve("spool"))) {
            assertThat(read.readAllBytes()).isEqualTo(TEXT);
            assertThat(document.length()).isEqualTo(TEXT.length);
            assertThat(document.size()).isLessThan(TEXT.length);
            assertThat(names).isEmpty();
        }
    }

    @Test
    void refusesWhatIsTooLongCompressed() {
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);

        assertThatThrownBy(() -> spool(noise, NONE, noise.length / 2)).isInstanceOf(Document.TooLongException.class);
    }

    @Test
    void refusesAnyDocumentWhereTheReserveOfTheDiskBegins() throws IOException {
        long usable = Files.getFileStore(directory).getUsableSpace();
        // others use this disk too
        DiskReserve allButSome = new DiskReserve(usable - (64L << 20), 100);

        assertThatThrownBy(() -> spool(TEXT, allButSome, 128L << 20)).isInstanceOf(NoRoomException.class);
        assertThatThrownBy(() -> spool(TEXT, new DiskReserve(Long.MAX_VALUE, 100), 1))
                .isInstanceOf(NoRoomException.class);
    }
}
