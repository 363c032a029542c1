package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartRefusedTest {
    @Test
    void leavesOneLineForTheLauncher(@TempDir Path home) throws IOException {
        Settings settings = Settings.read(Map.of("NARTHEX_HOME", home.toString()), new Properties());

        StartRefused refused = StartRefused.because(settings, "the key is wrong:\n  copy it");

        assertThat(refused).hasMessage("the key is wrong: copy it");
        assertThat(home.resolve(StartRefused.FILE)).hasContent("the key is wrong: copy it");
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files).hasSize(1);
        }
    }
}
