package io.narthex.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose default cache is switched off. */
class DefaultCacheIT {
    private static final String DEFAULT = "/api/v1/tenants/default/caches/default";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static OwnServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        server = OwnServer.start(directory, Map.of("NARTHEX_DEFAULT_CACHE", "off"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nix-cache-info",
                "00000000000000000000000000000000.narinfo",
                "00000000000000000000000000000000.ls",
                "nar/0000000000000000000000000000000000000000000000000000.nar",
                "log/x.drv",
                "realisations/sha256:0!out.doi",
                "public-key",
                "public-keys.json",
                "setup",
                "version",
                "push/nix-cache-info",
                "serve/00000000000000000000000000000000/",
            })
    void isNotThereForAnybody(String url) throws Exception {
        for (String place : new String[] {"/", "/default/default/"}) {
            assertThat(status("GET", place + url, "")).as(place + url).isEqualTo(404);
            assertThat(status("HEAD", place + url, server.token()))
                    .as(place + url)
                    .isEqualTo(404);
            assertThat(status("PUT", place + url, server.token()))
                    .as(place + url)
                    .isEqualTo(404);
        }
    }

    @Test
    void isNotThereAtAHostOfItsOwn() throws Exception {
        TenantCache other = server.cache("{\"visibility\":\"public\"}");
        other.administer("PUT", DEFAULT, "{\"virtualHosts\":[\"nix.example.com\"]}");

        assertThat(new WireClient(server.url())
                        .at("nix.example.com")
                        .get("/nix-cache-info")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void leavesAllElseAsItIs() throws Exception {
        TenantCache cache = server.cache("{\"visibility\":\"public\"}");

        assertThat(cache.get("nix-cache-info").statusCode()).isEqualTo(200);
        assertThat(cache.send("GET", "public-key", new byte[0], "").statusCode())
                .isEqualTo(200);
        assertThat(status("GET", "/api/v1/whoami", "")).isEqualTo(200);
        assertThat(status("GET", DEFAULT, server.token())).isEqualTo(200);
        assertThat(status("GET", "/" + cache.tenant() + "/no-such/nix-cache-info", ""))
                .isEqualTo(401);
    }

    private int status(String method, String path, String token) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server.url() + path)).method(method, BodyPublishers.noBody());
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<Void> answer = client.send(request.build(), BodyHandlers.discarding());
        return answer.statusCode();
    }
}
