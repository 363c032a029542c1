package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What README says to try, run as it stands by a shell; of it only the server's port is another. */
@ExtendWith(SharedServer.class)
class ReadmeIT {
    private static final String SERVER = "U=http://localhost:8080;";
    private static final Pattern BLOCK = Pattern.compile("^```\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** What a shell of a user does not have, though the one of the tests may: Debian's Nix has nothing switched on. */
    private static final String NIX_OF_DEBIAN = "build-users-group =\nsubstituters =\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path home;

    private static String section(Path document, String title) throws Exception {
        String text = Files.readString(document);
        int begin = text.indexOf("\n## " + title + "\n");
        return text.substring(begin, text.indexOf("\n## ", begin + 1));
    }

    private static String commands(String section) {
        Matcher blocks = BLOCK.matcher(section);
        return blocks.results().map(block -> block.group(1)).collect(Collectors.joining());
    }

    @Test
    void doesWhatItSays() throws Exception {
        String lines = commands(section(Path.of("README.md"), "Try it"));
        assertThat(lines).containsOnlyOnce("localhost:8080").startsWith(SERVER);
        Path script = Files.writeString(
                home.resolve("lines"),
                "set -ex\n" + lines.replace(SERVER, "U=" + System.getProperty("it.url") + ";")
                        + "printf '\\nwhole: %s\\n' $P\n");
        Files.createSymbolicLink(
                Files.createDirectory(home.resolve(".narthex")).resolve("admin-token"), ApiClient.tokenFile());
        Files.writeString(home.resolve("nix.conf"), NIX_OF_DEBIAN);

        String output = NixStore.served()
                .run("env", "HOME=" + home, "NIX_CONF_DIR=" + home, "TMPDIR=" + home, "sh", script.toString());

        try {
            Matcher path = Pattern.compile("^whole: /nix/store/(.*-hello)$", Pattern.MULTILINE)
                    .matcher(output);
            assertThat(path.find()).isTrue();
            for (String fetched : new String[] {"other", "again"}) {
                try (Stream<Path> found = Files.find(
                        home, 6, (file, facts) -> file.endsWith(Path.of(fetched, "nix/store", path.group(1))))) {
                    assertThat(found).hasSize(1);
                }
            }
            assertThat(output).contains("extra-substituters = " + System.getProperty("it.url") + "/acme/ci");
            assertThat(new ApiClient("")
                            .asAdministrator("GET", "/api/v1/tenants/acme/caches/ci/paths?name=hello")
                            .body())
                    .doesNotContain(path.group(1));
        } finally {
            new ApiClient("").asAdministrator("DELETE", "/api/v1/tenants/acme");
        }
    }

    /** One name for one thing, so that lines of one document go on behind those of another. */
    @Test
    void namesTheSameThingsAsTheOtherDocuments() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("src/docs"))) {
            Stream<Path> documents = Stream.concat(Stream.of(Path.of("README.md")), files);
            for (Path document :
                    documents.filter(f -> f.toString().endsWith(".md")).toList()) {
                String lines = commands(Files.readString(document));
                assertThat(lines.lines().filter(line -> line.startsWith("U=") || line.contains(" U=")))
                        .as(document.toString())
                        .allMatch(line -> line.startsWith(SERVER));
                assertThat(lines.replace(SERVER, ""))
                        .as(document.toString())
                        .doesNotContainPattern("(curl|nix)[^\n]* https?://localhost:8080")
                        .doesNotContainPattern("<nixpkgs>")
                        .doesNotContainPattern("(?m)^nix copy");
            }
        }
    }
}
