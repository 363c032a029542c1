package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The locale belongs to the JVM: each case runs {@link FileNamesProbe} in one of its own. */
class FileNamesTest {
    @TempDir
    private Path temp;

    @ParameterizedTest
    @CsvSource({"C, ANSI_X3.4-1968", "POSIX, ANSI_X3.4-1968", "C.UTF-8, UTF-8"})
    void carriesEveryByteUnderTheLocale(String locale, String encoding) throws IOException, InterruptedException {
        ProcessBuilder probe = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                location(FileNames.class) + ":" + location(FileNamesProbe.class),
                FileNamesProbe.class.getName(),
                temp.toString());
        probe.environment().put("LC_ALL", locale);
        probe.redirectErrorStream(true);
        Process process = probe.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines()).as(output).containsExactly(encoding, "tree same", "names same");
    }

    @Test
    void keepsANameThatIsADirectoryAtTheRootWithoutASlash() throws IOException {
        // toUri looks whether the name exists below the root: "tmp" does.
        assertThat(FileNames.bytes(Path.of("tmp"))).isEqualTo("tmp".getBytes(StandardCharsets.US_ASCII));
        Path link = temp.resolve("l");
        byte[] nar = Words.nar("(", "type", "symlink", "target", "/tmp/../\u00e9/../tmp", ")")
                .bytes();
        NarUnpacker.unpack(new ByteArrayInputStream(nar), link);
        assertThat(Trees.pack(link)).isEqualTo(nar);
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    private static String location(Class<?> type) {
        CodeSource source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
        return Path.of(source.getLocation().getPath()).toString();
    }
}
