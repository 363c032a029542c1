package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.Settings;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the backup copies from a server that runs is a server. */
class BackupIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void makesAHomeThatServesWhatWasPushed() throws Exception {
        Path home = directory.resolve("home");
        Path copy = directory.resolve("copy");
        Map<String, String> ports = LauncherProcess.freePorts();
        String server = "http://127.0.0.1:" + ports.get("NARTHEX_PORT");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"kept\" \"in a backup\"");
        TenantCache cache;
        String narinfo;
        byte[] blob;
        try (LauncherProcess first = LauncherProcess.start(home, ports)) {
            first.awaitBanner();
            cache = TenantCache.make(
                    server, Files.readString(home.resolve("admin-token")).strip(), "{}");
            cache.push(builder, path, "zstd");
            narinfo = text(cache, path.hash() + ".narinfo");
            blob = cache.get(url(narinfo)).body();

            Backup.make(settings(home), copy);
            assertThatThrownBy(() -> Backup.make(settings(home), copy)).hasMessageContaining("is not empty");

            Path built = Path.of(System.getProperty("server.home"));
            assertThat(Drill.of(built, copy).files()).isEqualTo(1);
            assertThat(Drill.tell(
                            server,
                            Files.readString(home.resolve("admin-token")).strip()))
                    .isTrue();
            Path other = directory.resolve("other");
            TreeCopy.all(copy, other);
            spoil(other.resolve("blobs"));
            assertThatThrownBy(() -> Drill.of(built, other))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("has not what its database says");
            try (Stream<Path> left = Files.list(directory)) {
                assertThat(left.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("drill"));
            }

            first.terminate();
            first.awaitEnd();
        }
        try (Stream<Path> files = Files.list(copy)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "postgresql", "postgresql-passwords", "blobs", "master-key", "admin-token");
        }
        try (LauncherProcess restored = LauncherProcess.start(copy, ports)) {
            assertThat(restored.awaitBanner()).contains("in nix.conf");
            assertThat(text(cache, path.hash() + ".narinfo")).isEqualTo(narinfo).contains("Sig: ");
            assertThat(cache.get(url(narinfo)).body()).isEqualTo(blob);
            NixClient reader = new NixClient(directory.resolve("reader"), cache.urlWithToken(), cache.keys());
            reader.realise(path);
            assertThat(reader.store().dump(path)).isEqualTo(builder.dump(path));
            assertThat(cache.newToken("\"pull\"")).isNotEmpty();
            restored.terminate();
            restored.awaitEnd();
        }
    }

    private static String url(String narinfo) {
        return narinfo.lines()
                .filter(line -> line.startsWith("URL: "))
                .findFirst()
                .orElseThrow()
                .substring("URL: ".length());
    }

    private static Settings settings(Path home) {
        return Settings.read(Map.of("NARTHEX_HOME", home.toString()), new Properties());
    }

    private static String text(TenantCache cache, String path) throws Exception {
        return new String(cache.get(path).body(), StandardCharsets.UTF_8);
    }

    /** As a disk does: the same length with another byte in it. */
    private static void spoil(Path blobs) throws IOException {
        try (Stream<Path> files = Files.walk(blobs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().endsWith(".json")) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(file, bytes);
                }
            }
        }
    }
}
