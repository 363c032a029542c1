package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The numbers as a real Prometheus sees them: it shows a token, each query of the dashboard gives data, and each alert fires
 * when what it is about happens. What happens goes on, so that the tests have an order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PrometheusIT {
    private static final Path DASHBOARD = Path.of("wildfly-config/grafana/narthex.json");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final Pattern OF_CACHES = Pattern.compile("`(narthex_cache_\\w+)`");

    /** What uploads still have room for: less than the alert wants. */
    private static final long ROOM = 5_000_000_000L;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    static Path directory;

    private static OwnServer server;
    private static PrometheusServer prometheus;
    private static TenantCache cache;

    @BeforeAll
    static void start() throws Exception {
        long free = Files.getFileStore(directory).getUsableSpace();
        server = OwnServer.start(
                Files.createDirectory(directory.resolve("server")),
                Map.of(
                        "NARTHEX_METRICS_TENANTS", "true",
                        "NARTHEX_MANAGEMENT_BIND", "0.0.0.0",
                        "NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1",
                        "NARTHEX_DISK_RESERVE", Long.toString(Math.max(0, free - ROOM))));
        cache = server.cache("{}");
        Path token =
                Files.writeString(directory.resolve("token"), token("/api/v1/tokens", "{\"scopes\":[\"metrics\"]}"));
        prometheus = PrometheusServer.start(
                Files.createDirectory(directory.resolve("prometheus")), server.managementPort(), token);
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"watched\" \"by Prometheus\"");
        cache.push(builder, path, "none");
        cache.get(path.hash() + ".narinfo");
        cache.get("0".repeat(32) + ".narinfo");
    }

    @AfterAll
    static void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(1)
    void tellsNumbersOfTenantsToWhoHasATokenForThem() throws Exception {
        String pull = token("/api/v1/tokens", "{\"scopes\":[\"pull\"]}");
        String metrics = token("/api/v1/tokens", "{\"scopes\":[\"metrics\"]}");

        assertThat(metrics("").statusCode()).isEqualTo(401);
        assertThat(metrics("no-such-token").statusCode()).isEqualTo(401);
        assertThat(metrics(pull).statusCode()).isEqualTo(401);
        assertThat(metrics(cache.newToken("\"administer\"")).statusCode()).isEqualTo(401);
        assertThat(metrics(metrics).statusCode()).isEqualTo(200);
        assertThat(metrics(server.token()).body()).contains("narthex_http_requests_total{kind=\"narinfo\"");
    }

    @Test
    @Order(2)
    void givesNoTenantATokenForThem() throws Exception {
        assertThat(ask("POST", "/api/v1/tenants/" + cache.tenant() + "/tokens", "{\"scopes\":[\"metrics\"]}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    @Order(3)
    void documentsTheMetersOfEachCache() throws Exception {
        String series = "{cache=\"ci\",tenant=\"" + cache.tenant() + "\"}";
        prometheus.await(() -> metrics(server.token()).body().contains("narthex_cache_pushes_total" + series + " 1"));
        String text = metrics(server.token()).body();

        assertThat(text).contains("narthex_cache_pushes_total" + series + " 1");
        assertThat(text).contains("narthex_cache_narinfo_hits_total{cache=\"default\",tenant=\"default\"} 0");
        assertThat(names(Pattern.compile("(narthex_cache_\\w+)\\{"), text))
                .isEqualTo(names(OF_CACHES, Files.readString(Path.of("src/docs/metrics.md"))));
    }

    @Test
    @Order(4)
    void hasDataForEveryQueryOfTheDashboard() throws Exception {
        List<String> queries = new ArrayList<>();
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels")) {
            panel.path("targets")
                    .forEach(target -> queries.add(target.path("expr").asText()));
        }
        assertThat(queries).hasSizeGreaterThan(30);
        for (String query : queries) {
            prometheus.await(() -> !prometheus.query(query).isEmpty());
            assertThat(prometheus.query(query)).as(query).isNotEmpty();
        }
    }

    @Test
    @Order(5)
    void firesWhatIsWrongWhileTheServerRuns() throws Exception {
        fillQuota();
        makeKeyDue();
        openBreaker();
        breakChain();
        Rows superuser = Rows.by(URI.create(server.superuserUri()));
        superuser.change("update blob set quarantined_at = now()");

        Set<String> expected = Set.of(
                "NarthexDiskNearlyFull",
                "NarthexQuotaNearlyFull",
                "NarthexKeyDue",
                "NarthexUpstreamBreakerOpen",
                "NarthexChainBroken",
                "NarthexJobFailed",
                "NarthexQuarantine");
        prometheus.await(() -> prometheus.firing().containsAll(expected));

        assertThat(prometheus.firing()).isEqualTo(new TreeSet<>(expected));
    }

    @Test
    @Order(6)
    void firesWhenTheDatabaseIsAwayAndRequestsFail() throws Exception {
        URI narthex = URI.create(server.superuserUri());
        Rows other = Rows.by(URI.create(narthex.toString().replaceAll("/narthex$", "/postgres")));
        other.change("alter database narthex allow_connections false");
        other.texts("select pg_terminate_backend(pid)::text from pg_stat_activity where datname = 'narthex'");

        prometheus.await(() -> {
            cache.get("1".repeat(32) + ".narinfo");
            return prometheus.firing().containsAll(Set.of("NarthexDatabaseAway", "NarthexErrors"));
        });

        assertThat(prometheus.firing()).contains("NarthexDatabaseAway", "NarthexErrors");
    }

    @Test
    @Order(7)
    void firesWhenTheServerIsDown() throws Exception {
        server.kill();

        prometheus.await(() -> prometheus.firing().contains("NarthexDown"));

        assertThat(prometheus.firing()).contains("NarthexDown");
    }

    @Test
    @Order(8)
    void drillsEveryAlertThereIs() throws Exception {
        String rules = Files.readString(PrometheusServer.CONFIGURATION.resolve("narthex-alerts.yml"));

        assertThat(names(ALERT, rules))
                .containsExactlyInAnyOrder(
                        "NarthexDiskNearlyFull",
                        "NarthexQuotaNearlyFull",
                        "NarthexKeyDue",
                        "NarthexUpstreamBreakerOpen",
                        "NarthexChainBroken",
                        "NarthexJobFailed",
                        "NarthexQuarantine",
                        "NarthexDatabaseAway",
                        "NarthexErrors",
                        "NarthexDown");
    }

    private static void fillQuota() throws Exception {
        cache.administer("PUT", path(""), "{\"quota\":{\"maxBytes\":100}}");
    }

    private static void makeKeyDue() throws Exception {
        cache.administer(
                "PUT", path("/keys/policy"), "{\"rotateEveryDays\":50,\"publishAheadDays\":1,\"overlapDays\":31}");
    }

    private static void openBreaker() throws Exception {
        // nobody listens there
        cache.administer(
                "PUT",
                "/api/v1/upstreams/gone",
                "{\"url\":\"http://127.0.0.1:1\",\"trustedPublicKeys\":[\"gone-1:" + "A".repeat(43)
                        + "=\"],\"offeredTo\":[\"*\"]}");
        cache.administer("PUT", path(""), "{\"sources\":[\"uploads\",\"upstream:gone\"]}");
        for (int i = 0; i < 5; i++) {
            cache.get(Integer.toString(i).repeat(32) + ".narinfo");
        }
    }

    /** As only a superuser can. */
    private static void breakChain() throws Exception {
        Rows.by(URI.create(server.superuserUri()))
                .change("set session_replication_role = replica; update audit_event set request_id = 'forged'"
                        + " where id = (select min(event_id) from audit_seal)");
        ask("POST", "/api/v1/jobs/verify-chains/runs", "{}");
    }

    private static String path(String more) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci" + more;
    }

    private static String token(String path, String json) throws Exception {
        return ApiClient.json(ask("POST", path, json)).path("token").asText();
    }

    private static HttpResponse<String> ask(String method, String path, String json) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + server.token()));
    }

    private static HttpResponse<String> metrics(String token) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.managementPort() + "/metrics"));
        return send(token.isEmpty() ? request : request.header("Authorization", "Bearer " + token));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.timeout(Await.PATIENCE).build(), BodyHandlers.ofString());
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
