package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
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

    /** toUri adds a slash where it finds a directory. */
    @Test
    void addsNoSlashToATargetThatIsADirectory() throws IOException {
        Path directory = FileNames.resolve(temp, new byte[] {'d', (byte) 0xe9});
        Files.createDirectory(directory);
        byte[] target = FileNames.bytes(directory);
        assertThat(target).endsWith('d', 0xe9);
        assertSurvives(target);
        byte[] withSlash = Arrays.copyOf(target, target.length + 1);
        withSlash[target.length] = '/';
        assertSurvives(withSlash);
    }

    private void assertSurvives(byte[] target) throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("l" + target.length), FileNames.target(target));
        assertThat(Files.isDirectory(link)).isTrue();
        assertThat(FileNames.bytes(Files.readSymbolicLink(link))).isEqualTo(target);
    }

    private static String location(Class<?> type) {
        CodeSource source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
        return Path.of(source.getLocation().getPath()).toString();
    }
}
