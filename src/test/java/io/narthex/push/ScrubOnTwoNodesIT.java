package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.serve.LauncherProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes are asked at the same moment to prove all that is stored, and the one that does is killed in the middle of it. */
class ScrubOnTwoNodesIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Sixteen seconds at the least rate: either node is asked long before the end. */
    private static final int FILES = 32;

    private static final int BYTES = 500_000;

    private static final String SEEN = "select coalesce(sum(seen), 0)::text from job_run where job = 'scrub'";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void provesEachFileOnceAndFindsABadOneOnceThoughANodeIsKilled() throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_SCRUB_MBPS", "1");
        Map<String, String> ports = LauncherProcess.freePorts();
        try (OwnServer first = OwnServer.start(Files.createDirectories(directory.resolve("first")), settings);
                LauncherProcess second = first.startNode(directory.resolve("second"), ports)) {
            String other = "http://127.0.0.1:" + ports.get("NARTHEX_PORT");
            Rows rows = first.rows();
            TenantCache cache = first.cache("{}");
            List<HandPush> pushed = push(cache);
            HandPush bad = pushed.get(FILES * 3 / 4);
            spoil(first.home().resolve("blobs"), key(rows, bad));
            // what each node looks for by itself when it starts is not among what is counted
            Await.until(
                    "end of the first runs",
                    () -> rows.texts("select id::text from job_run where job = 'scrub' and outcome = 'RUNNING'")
                            .isEmpty());
            int files = rows.texts("select id::text from blob").size();
            long before = Long.parseLong(rows.texts(SEEN).getFirst());
            String begun = rows.texts("select clock_timestamp()::text").getFirst();

            String token = first.token();
            List<CompletableFuture<Integer>> asked =
                    Stream.of(first.url(), other).map(node -> ask(node, token)).toList();
            List<Integer> answers = asked.stream().map(CompletableFuture::join).toList();
            assertThat(answers).containsExactlyInAnyOrder(201, 409);
            Await.until(
                    "page that is kept", () -> Long.parseLong(rows.texts(SEEN).getFirst()) > before + 2);
            boolean firstRuns = answers.getFirst() == 201;
            if (firstRuns) {
                first.kill();
            } else {
                second.killWildFly();
            }
            assertThat(proved(rows, begun)).hasSizeBetween(1, files - 2);
            // as if the dead one had been silent for long: the other one need not be waited for
            rows.change(
                    "update job_lease set held_until = clock_timestamp() - interval '1 second' where job = 'scrub'");

            Await.until("end of it on the other node", () -> proved(rows, begun).size() == files - 1);
            Await.until(
                    "end of the run",
                    () -> rows.texts("select outcome from job_run where job = 'scrub' order by id desc limit 1")
                            .equals(List.of("SUCCEEDED")));
            assertThat(Long.parseLong(rows.texts(SEEN).getFirst()) - before)
                    .as(() -> "runs of " + runs(rows))
                    .isEqualTo(files);
            assertThat(rows.texts("select kind || ' ' || times from scrub_finding"))
                    .containsExactly("wrong 1");
            assertThat(rows.texts("select path from audit_event where action = 'path-quarantined'"))
                    .containsExactly(bad.path().baseName());
            TenantCache left = cache.at(firstRuns ? other : first.url());
            for (HandPush push : pushed) {
                assertThat(left.get(push.narInfoUrl()).statusCode()).isEqualTo(push.equals(bad) ? 404 : 200);
            }
        }
    }

    private static List<HandPush> push(TenantCache cache) throws Exception {
        Random random = new Random();
        List<HandPush> pushed = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            HandPush push = HandPush.sized(BYTES, random);
            assertThat(push.putNar(cache)).isEqualTo(201);
            assertThat(push.putNarInfo(cache)).isEqualTo(201);
            pushed.add(push);
        }
        return pushed;
    }

    private static String key(Rows rows, HandPush push) throws Exception {
        return rows.texts(
                        "select b.storage_key from blob b join uploaded_path p on p.blob_id = b.id where p.hash = ?",
                        push.path().hash().toBytes())
                .getFirst();
    }

    private static void spoil(Path blobs, String key) throws Exception {
        try (Stream<Path> all = Files.walk(blobs)) {
            Path file = all.filter(path -> path.getFileName().toString().equals(key))
                    .findFirst()
                    .orElseThrow();
            Files.write(file, new byte[] {'!'}, StandardOpenOption.WRITE);
        }
    }

    private static CompletableFuture<Integer> ask(String node, String token) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node + "/api/v1/jobs/scrub/runs"))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return CLIENT.sendAsync(request, HttpResponse.BodyHandlers.discarding()).thenApply(HttpResponse::statusCode);
    }

    private static String runs(Rows rows) {
        try {
            return String.valueOf(rows.texts(
                    "select concat_ws(' ', id, outcome, seen, done, started_at, ended_at) from job_run where job ="
                            + " 'scrub' order by id"));
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static List<String> proved(Rows rows, String since) throws Exception {
        return rows.texts("select id::text from blob where proved_at > cast(? as timestamptz)", since);
    }
}
