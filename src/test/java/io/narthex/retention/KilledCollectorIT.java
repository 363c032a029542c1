package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import io.narthex.serve.LauncherProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of a server and of the database while the collector works, on two servers: what is left in the end is what roots need, no
 * more and no less, and never a visible path without what it refers to.
 */
class KilledCollectorIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int PATHS = 150;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String DANGLING = """
        select store_path_base_name(p.hash, p.name) from uploaded_path p cross join unnest(p.refs) as r(base)
        where p.condemned_at is null
          and not exists (select from uploaded_path q where q.cache_id = p.cache_id and q.condemned_at is null
                                                        and store_path_base_name(q.hash, q.name) = r.base)
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final Random random = new Random(16);
    private final Map<HandPush, List<HandPush>> present = new LinkedHashMap<>();
    private final Set<HandPush> roots = new HashSet<>();

    @Test
    void leavesWhatRootsNeedWhoeverDies() throws Exception {
        try (OwnServer server = OwnServer.start(directory, Map.of("NARTHEX_STALE_SECONDS", "1"))) {
            Map<String, String> ports = LauncherProcess.freePorts();
            try (LauncherProcess second = server.startNode(directory.resolve("second"), ports)) {
                assertThat(second.output()).contains("in nix.conf");
                String other = "http://127.0.0.1:" + ports.get("NARTHEX_PORT");
                TenantCache cache = server.cache("{}");
                api(server, other, cache, "PUT", "/retention", """
                    {"keepDays":1,"graceDays":0,"keepContentAddressed":false,"force":true}\
                    """);
                history(server, cache);

                begin(server, other, cache);
                awaitStep(server, "ROOTS", "FOLLOW", "PLAN", "CONDEMN", "REMOVE");
                killDatabase(server);
                awaitEnd(server, other, cache);
                assertThat(held(server)).isEqualTo(wanted());

                history(server, cache);
                begin(server, other, cache);
                awaitStep(server, "CONDEMN", "REMOVE");
                server.kill();
                awaitEnd(server, other, cache);
                assertThat(held(server)).isEqualTo(wanted());
                assertThat(server.rows().texts(DANGLING)).isEmpty();
                server.start();
            }
            server.jobs().run("fold-usage");
            assertThat(server.jobs().run("prove-usage").path("updated").asLong())
                    .isZero();
        }
    }

    /** Pushes that refer to what is there, some of them pinned; what is not pinned was last used long ago. */
    private void history(OwnServer server, TenantCache cache) throws Exception {
        present.keySet().retainAll(live());
        for (int i = 0; i < PATHS; i++) {
            List<HandPush> there = List.copyOf(present.keySet());
            List<HandPush> references = new ArrayList<>();
            for (int r = random.nextInt(3); r > 0 && !there.isEmpty(); r--) {
                HandPush reference = there.get(random.nextInt(there.size()));
                if (!references.contains(reference)) {
                    references.add(reference);
                }
            }
            HandPush made = HandPush.small(random, references.toArray(HandPush[]::new));
            assertThat(made.putNar(cache)).isEqualTo(201);
            assertThat(made.putNarInfo(cache)).isEqualTo(201);
            present.put(made, references);
            if (random.nextInt(20) == 0) {
                api(
                        server,
                        server.url(),
                        cache,
                        "PUT",
                        "/pins/pin-" + roots.size(),
                        "{\"path\":\"/nix/store/" + made.path().baseName() + "\"}");
                roots.add(made);
            }
        }
        server.rows().change("update uploaded_path set last_used = now() - interval '4 days'");
    }

    private Set<HandPush> live() {
        Set<HandPush> live = new HashSet<>();
        roots.forEach(root -> mark(root, live));
        return live;
    }

    private void mark(HandPush path, Set<HandPush> live) {
        if (live.add(path)) {
            present.getOrDefault(path, List.of()).forEach(reference -> mark(reference, live));
        }
    }

    private Set<String> wanted() {
        Set<String> wanted = new HashSet<>();
        live().forEach(path -> wanted.add(path.path().baseName()));
        return wanted;
    }

    private static Set<String> held(OwnServer server) throws Exception {
        return new HashSet<>(server.rows().texts("select store_path_base_name(hash, name) from uploaded_path"));
    }

    /** Whichever server answers; while the database starts again none does. */
    private static HttpResponse<String> api(
            OwnServer server, String url, TenantCache cache, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url + "/api/v1/tenants/" + cache.tenant() + "/caches/ci" + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + server.token())
                .header("Content-Type", "application/json")
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void begin(OwnServer server, String other, TenantCache cache) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                // it is answered when the run has ended
                api(server, other, cache, "POST", "/retention/runs", "{\"force\":true}");
            } catch (Exception e) {
                // the test looks at the run itself
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void awaitStep(OwnServer server, String... steps) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        List<String> now = List.of();
        while (now.stream().noneMatch(List.of(steps)::contains) && Instant.now().isBefore(end)) {
            Thread.sleep(10);
            now = server.rows().texts("select step from retention_run where outcome = 'RUNNING'");
        }
        assertThat(now).as("a run goes on").isNotEmpty();
    }

    /** One of its processes: then PostgreSQL ends all of them and recovers, as after a crash of the machine. */
    private static void killDatabase(OwnServer server) throws Exception {
        long process = Long.parseLong(server.rows()
                .texts("select pid::text from pg_stat_activity where datname = current_database() and pid <>"
                        + " pg_backend_pid() limit 1")
                .getFirst());
        ProcessHandle.of(process).orElseThrow().destroyForcibly();
    }

    /** Of the run; one that failed with the database is begun again. */
    private static void awaitEnd(OwnServer server, String other, TenantCache cache) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        String outcome = "";
        while (!outcome.equals("SUCCEEDED") && Instant.now().isBefore(end)) {
            Thread.sleep(500);
            HttpResponse<String> answer = api(server, other, cache, "GET", "/retention/runs?limit=1", "");
            JsonNode newest = answer.statusCode() == 200
                    ? JSON.readTree(answer.body()).path("items").path(0)
                    : JSON.nullNode();
            outcome = newest.path("outcome").asText();
            if (outcome.equals("FAILED")) {
                begin(server, other, cache);
            }
        }
        assertThat(outcome).isEqualTo("SUCCEEDED");
    }
}
