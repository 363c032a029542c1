package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code setup}: each of its parts works where its label says, with the real Nix. */
@ExtendWith(SharedServer.class)
class SetupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static String text(TenantCache cache, String url, String... headers) throws Exception {
        HttpResponse<byte[]> answer = cache.send("GET", url, new byte[0], cache.token(), headers);
        assertThat(answer.statusCode()).isEqualTo(200);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /** A part as a user pastes it, with the token and, for {@code /etc/nix}, the directory of a store's configuration. */
    private String pasted(TenantCache cache, String part) throws Exception {
        return text(cache, "setup?part=" + part)
                .replace("TOKEN", cache.token())
                .replace("/etc/nix", configuration().toString());
    }

    private Path configuration() {
        return directory.resolve("nix-home");
    }

    @Test
    void givesEachPartBelowALabelAndAlone() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String whole = text(cache, "setup");
        String configuration = text(cache, "setup?part=nix.conf");
        String netrc = text(cache, "setup?part=netrc");
        String hook = text(cache, "setup?part=hook");

        assertThat(configuration)
                .isEqualTo("extra-substituters = " + cache.url() + "\nextra-trusted-public-keys = " + cache.keys()
                        + "\nnetrc-file = /etc/nix/netrc\n");
        assertThat(netrc).isEqualTo("machine 127.0.0.1\nlogin any\npassword TOKEN\n");
        assertThat(hook).contains("TOKEN", cache.url() + "/post-build-hook");
        assertThat(whole)
                .containsSubsequence(
                        "# nix.conf: ",
                        "\n" + configuration + "\n",
                        "# netrc: ",
                        "\n" + netrc + "\n",
                        "# hook: ",
                        "\n" + hook + "\n")
                .contains("copy --refresh --to '" + cache.url() + "/push' PATH\n");
        assertThat(whole.lines().filter(line -> line.startsWith("machine "))).hasSize(1);
    }

    @Test
    void givesThePartsAsFieldsOfAnObject() throws Exception {
        TenantCache cache = TenantCache.make("{\"visibility\":\"public\"}");
        ObjectMapper json = new ObjectMapper();
        JsonNode all = json.readTree(text(cache, "setup", "Accept", "application/json"));

        assertThat(all.fieldNames()).toIterable().containsExactly("nix.conf", "netrc", "hook");
        for (String part : List.of("nix.conf", "netrc", "hook")) {
            assertThat(all.path(part).asText()).isEqualTo(text(cache, "setup?part=" + part));
        }
        JsonNode one = json.readTree(text(cache, "setup?part=netrc", "Accept", "application/json"));
        assertThat(one.fieldNames()).toIterable().containsExactly("netrc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nix", "NETRC", "netrc,hook"})
    void namesThePartsToWhoAsksForAnother(String part) throws Exception {
        Answer answer = WireClient.toServer().get("/setup?part=" + part);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("nix.conf, netrc, hook");
    }

    @Test
    void letsNixFetchFromAPrivateCache() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.build(Recipes.environment("set-up"));
        TenantCache cache = TenantCache.make("{}");
        cache.push(builder, path, "zstd");
        NixStore client = NixStore.in(directory);
        Files.writeString(configuration().resolve("nix.conf"), pasted(cache, "nix.conf"), StandardOpenOption.APPEND);
        Files.writeString(configuration().resolve("netrc"), pasted(cache, "netrc"));

        client.run("nix-store", "--store", client.uri(), "--realise", NixStore.path(path));

        assertThat(client.locate(path)).exists();
    }

    @Test
    void installsAHookThatPushesWhatNixBuilds() throws Exception {
        NixStore builder = NixStore.in(directory);
        TenantCache cache = TenantCache.make("{}");
        Path lines = Files.writeString(directory.resolve("lines"), pasted(cache, "hook"));
        builder.run("sh", "-e", lines.toString());
        builder.run("sh", "-e", lines.toString()); // twice is once
        Path recipe = Files.writeString(directory.resolve("default.nix"), Recipes.environment("hook-of-setup"));

        String path = builder.run(
                        "env",
                        "NARTHEX_PUSH_TOKEN_FILE=" + configuration().resolve("narthex-token"),
                        "NARTHEX_PUSH_QUEUE=" + directory.resolve("queue"),
                        "nix-build",
                        "--store",
                        builder.uri(),
                        "--no-out-link",
                        recipe.toString())
                .strip();

        assertThat(Files.readString(configuration().resolve("nix.conf")))
                .containsOnlyOnce("post-build-hook = " + configuration() + "/narthex-push\n");
        String narInfo = Path.of(path).getFileName().toString().substring(0, 32) + ".narinfo";
        Instant end = Instant.now().plus(PATIENCE);
        while (cache.get(narInfo).statusCode() != 200 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(cache.get(narInfo).statusCode()).isEqualTo(200);
        while (Files.exists(directory.resolve("queue/lock")) && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
    }
}
