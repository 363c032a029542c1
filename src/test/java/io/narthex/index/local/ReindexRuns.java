package io.narthex.index.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.StreamSupport;

/** Asks the server of the integration tests to reindex, as an administrator does. */
public final class ReindexRuns {
    private static final String RUNS = "/api/v1/jobs/reindex/runs";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final ApiClient api = new ApiClient("");

    /** What runs have found together. */
    public record Found(long seen, long added, long updated, long removed) {}

    /** The number of the latest run, 0 if there was none. */
    public long latest() throws Exception {
        return get(RUNS).path("items").path(0).path("id").asLong();
    }

    /** Starts a run that begins after this call and waits until it has succeeded. */
    public JsonNode run() throws Exception {
        HttpResponse<String> started = api.asAdministrator("POST", RUNS);
        while (started.statusCode() == 409) { // the timer was faster: its run may have begun before
            awaitEnd(ApiClient.json(started).path("run").asText());
            started = api.asAdministrator("POST", RUNS);
        }
        assertThat(started.statusCode()).isEqualTo(201);
        JsonNode ended = awaitEnd(started.headers().firstValue("Location").orElseThrow());
        assertThat(ended.path("outcome").asText()).as("%s", ended).isEqualTo("SUCCEEDED");
        return ended;
    }

    /** What all runs after one found, whether started here or by the timer; {@code seen} is the last one's. */
    public Found after(long run) throws Exception {
        JsonNode items = get(RUNS + "?limit=100").path("items");
        long added = 0;
        long updated = 0;
        long removed = 0;
        for (JsonNode item : (Iterable<JsonNode>) StreamSupport.stream(items.spliterator(), false)
                .filter(i -> i.path("id").asLong() > run)::iterator) {
            added += item.path("added").asLong();
            updated += item.path("updated").asLong();
            removed += item.path("removed").asLong();
        }
        return new Found(items.path(0).path("seen").asLong(), added, updated, removed);
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = api.asAdministrator("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return ApiClient.json(answer);
    }

    private JsonNode awaitEnd(String run) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        JsonNode now = get(run);
        while (now.path("outcome").asText().equals("RUNNING") && Instant.now().isBefore(end)) {
            Thread.sleep(50);
            now = get(run);
        }
        return now;
    }
}
