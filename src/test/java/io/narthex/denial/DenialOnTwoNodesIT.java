package io.narthex.denial;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.serve.LauncherProcess;
import io.narthex.upstream.SamplePath;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule that one node takes holds on the other, and where a node cannot know of rules it gives nothing out. */
class DenialOnTwoNodesIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Three pieces' worth of paths. */
    private static final int DEPENDENTS = 60_000;

    /** Paths that need the first of two, the last of which the second needs. */
    private static final String DEPEND = """
        with c as (
            select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?
        ), between as (
            insert into store_path (base_name)
            select store_path_base_name(substr(sha256(cast(c.id || ' ' || n as bytea)), 1, 20), 'between')
            from c cross join generate_series(1, ?) as n
            returning id
        )
        insert into path_edge (referrer, scope, reference)
        select b.id, c.id, p.id from between b cross join c cross join store_path p where p.base_name = ?
        union all
        select p.id, c.id, b.id
        from (select max(id) as id from between) b cross join c cross join store_path p
        where p.base_name = ?
        """;

    private static final String DARK = """
        select count(*) from denied_path x join denial d on d.id = x.denial_id where d.name = 'spreading'
        """;

    private static final String TO_BE_SPREAD = DARK + " and not x.spread having count(*) > 0";

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

    /** Between two pieces of the rule: of those that were not written, the node that died knew alone. */
    @Test
    void goesDarkToTheEndWhereTheNodeThatSpreadsARuleIsKilled() throws Exception {
        TenantCache cache = server.cache("{\"visibility\":\"public\"}");
        String needed = push(cache).info().storePath().baseName();
        SamplePath top = push(cache);
        String topName = top.info().storePath().baseName();
        Rows rows = server.rows();
        Await.until(
                "end of the queue",
                () -> rows.texts("select id from path_queue limit 1").isEmpty());
        assertThat(rows.change(DEPEND, cache.tenant(), DEPENDENTS, needed, topName))
                .isEqualTo(DEPENDENTS + 1);
        List<String> urls = List.of(below(cache, top.narInfoUrl()));
        await(urls, 200);

        String rule = "{\"hash\":\"" + needed.substring(0, 32) + "\",\"dependents\":true,\"reason\":\"a test\"}";
        CompletableFuture<String> put = CompletableFuture.supplyAsync(() -> deny(cache, "spreading", rule));
        try (Connection held = rows.connect()) {
            Await.until("first piece", () -> !rows.texts(TO_BE_SPREAD).isEmpty());
            held.createStatement().execute("select pg_advisory_lock(hashtext('narthex-path-edges'))");
            server.kill();
            assertThat(rows.texts(TO_BE_SPREAD)).as("what is left").isNotEmpty();
            assertThat(status(nodes.getLast() + urls.getFirst())).isEqualTo(200);
        }
        assertThat(put).failsWithin(Await.PATIENCE);

        Await.until("404 of the other node", () -> status(nodes.getLast() + urls.getFirst()) == 404);
        Await.until("end of the rule", () -> rows.texts(TO_BE_SPREAD).isEmpty());
        assertThat(rows.texts(DARK)).containsExactly(Integer.toString(DEPENDENTS + 2));
        server.start();
        await(urls, 404);
    }

    private static String deny(TenantCache cache, String name, String rule) {
        try {
            return cache.administer("PUT", ci(cache) + "/denied/" + name, rule);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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
