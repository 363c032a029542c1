package io.narthex.denial;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.serve.LauncherProcess;
import io.narthex.upstream.SamplePath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule that one node takes holds on the other, and where a node cannot know of rules it gives nothing out. */
class DenialOnTwoNodesIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all
    private static OwnServer server;

    @SuppressWarnings("NullAway.Init")
    private static LauncherProcess second;

    @SuppressWarnings("NullAway.Init")
    private static List<String> nodes;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        server = OwnServer.start(Files.createDirectories(directory.resolve("first")), settings);
        Map<String, String> ports = LauncherProcess.freePorts();
        second = server.startNode(directory.resolve("second"), ports);
        nodes = List.of(server.url(), "http://127.0.0.1:" + ports.get("NARTHEX_PORT"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (second != null) {
            second.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static String ci(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    private static SamplePath push(TenantCache cache) throws Exception {
        SamplePath path = SamplePath.ofBytes(3_000);
        cache.put(path.info().url(), path.file());
        assertThat(cache.put(path.narInfoUrl(), NarInfoWriter.write(path.info()))
                        .statusCode())
                .isEqualTo(201);
        return path;
    }

    private static int status(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(60))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static void await(List<String> urls, int status) throws Exception {
        for (String node : nodes) {
            for (String url : urls) {
                Await.until(status + " for " + node + url, () -> status(node + url) == status);
            }
        }
    }

    private static String below(TenantCache cache, String url) {
        return "/" + cache.tenant() + "/ci/" + url;
    }

    @Test
    void isDarkOnBothWhereverItIsShown() throws Exception {
        TenantCache cache = server.cache("{\"visibility\":\"public\",\"offeredTo\":[\"*\"]}");
        TenantCache showing = server.cache(
                "{\"visibility\":\"public\",\"sources\":[\"uploads\",\"cache:" + cache.tenant() + "/ci\"]}");
        SamplePath path = push(cache);
        String log = "log/" + path.info().storePath().hash() + "-sample.drv";
        cache.put(log, "built".getBytes(StandardCharsets.UTF_8));
        List<String> urls = List.of(
                below(cache, path.narInfoUrl()),
                below(cache, path.info().url()),
                below(cache, path.info().storePath().hash() + ".ls"),
                below(cache, "serve/" + path.info().storePath().hash()),
                below(cache, log),
                below(showing, path.narInfoUrl()),
                below(showing, path.info().url()));
        await(urls, 200);

        cache.administer("PUT", ci(cache) + "/denied/sample", "{\"pattern\":\"sample\",\"reason\":\"a test\"}");
        await(urls, 404);

        cache.administer("DELETE", ci(cache) + "/denied/sample", "");
        await(urls, 200);
    }

    @Test
    void isNotGivenOutByANodeThatCannotKnow() throws Exception {
        TenantCache covered = server.cache("{\"visibility\":\"public\"}");
        String here = below(covered, push(covered).narInfoUrl());
        covered.administer("PUT", ci(covered) + "/denied/other", "{\"pattern\":\"other\",\"reason\":\"a test\"}");
        await(List.of(here), 200);

        try (Connection held = server.rows().connect()) {
            held.setAutoCommit(false);
            held.createStatement().execute("lock table change in access exclusive mode");
            await(List.of(here), 503);
            held.rollback();
        }
        await(List.of(here), 200);
    }
}
