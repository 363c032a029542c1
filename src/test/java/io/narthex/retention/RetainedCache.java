package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.push.HandPush;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Random;

/** A cache of a new tenant, whose paths can be made as old as they have to be. */
final class RetainedCache {
    private final Rows rows = Rows.ofServer();
    private final ApiClient client = new ApiClient("");
    private final TenantCache cache;
    private final Random random = new Random();

    RetainedCache(TenantCache cache) {
        this.cache = cache;
    }

    /** What nobody used for a day goes at once. */
    static RetainedCache withoutPatience() throws Exception {
        RetainedCache made = new RetainedCache(TenantCache.make("{}"));
        // the job has its daily run behind it: it takes nothing before a test does
        made.rows.change(
                "insert into retention_run (tenant_id, cache_id, dry_run, asked, outcome, ended_at) select t.id, c.id,"
                        + " false, false, 'SUCCEEDED', now() from cache c join tenant t on t.id = c.tenant_id where"
                        + " t.name = ?",
                made.cache.tenant());
        made.good(
                "PUT", "/retention", "{\"keepDays\":1,\"graceDays\":0,\"keepContentAddressed\":false,\"force\":true}");
        return made;
    }

    TenantCache cache() {
        return cache;
    }

    Rows rows() {
        return rows;
    }

    HandPush push(HandPush... references) throws Exception {
        HandPush push = HandPush.small(random, references);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    /** Below the cache's URL in the API. */
    HttpResponse<String> ask(String method, String path, String json) throws Exception {
        return client.asAdministrator(method, "/api/v1/tenants/" + cache.tenant() + "/caches/ci" + path, json);
    }

    JsonNode good(String method, String path, String json) throws Exception {
        HttpResponse<String> answer = ask(method, path, json);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body().isEmpty() ? com.fasterxml.jackson.databind.node.NullNode.instance : ApiClient.json(answer);
    }

    /** Runs the collector to its end. */
    JsonNode collect(boolean dryRun, boolean force) throws Exception {
        Instant patience = Instant.now().plusSeconds(120);
        HttpResponse<String> started;
        String request = "{\"dryRun\":" + dryRun + ",\"force\":" + force + "}";
        do {
            started = ask("POST", "/retention/runs", request);
        } while (started.body().contains("job-running") && Instant.now().isBefore(patience));
        assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
        JsonNode run = ApiClient.json(started);
        while (run.path("outcome").asText().equals("RUNNING") && Instant.now().isBefore(patience)) {
            Thread.sleep(100);
            run = good("GET", "/retention/runs/" + run.path("id").asLong(), "");
        }
        assertThat(run.path("outcome").asText()).as(run.toString()).isEqualTo("SUCCEEDED");
        return run;
    }

    /** As if it had not been used for so long. */
    void age(String interval, HandPush... pushes) throws Exception {
        for (HandPush push : pushes) {
            assertThat(rows.change(
                            "update uploaded_path set last_used = last_used - ?::interval where hash = ? and cache_id"
                                + " = (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)",
                            interval,
                            push.path().hash().toBytes(),
                            cache.tenant()))
                    .isEqualTo(1);
        }
    }

    int status(HandPush push) throws Exception {
        return cache.get(push.narInfoUrl()).statusCode();
    }

    /** Without a use of it: whether the row is there, hidden or not. */
    boolean isHeld(HandPush push) throws Exception {
        return !rows.texts(
                        "select 1 from uploaded_path where hash = ?",
                        push.path().hash().toBytes())
                .isEmpty();
    }

    static String store(StorePath path) {
        return "/nix/store/" + path.baseName();
    }
}
