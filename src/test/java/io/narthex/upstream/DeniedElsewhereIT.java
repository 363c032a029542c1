package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.NarInfoWriter;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cache's rules hold for what it shows from other caches and upstreams, and tell nothing of what it does not show. */
@ExtendWith(SharedServer.class)
class DeniedElsewhereIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiClient client = new ApiClient("");

    private static String ci(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    private static void offer(TenantCache other, TenantCache to) throws Exception {
        other.administer("PUT", ci(other), "{\"offeredTo\":[\"" + to.tenant() + "\"]}");
    }

    private static void list(TenantCache cache, TenantCache other) throws Exception {
        cache.administer("PUT", ci(cache), "{\"sources\":[\"uploads\",\"cache:" + other.tenant() + "/ci\"]}");
    }

    private static void push(TenantCache cache, SamplePath path) throws Exception {
        cache.put(path.info().url(), path.file());
        assertThat(cache.put(path.narInfoUrl(), NarInfoWriter.write(path.info()))
                        .statusCode())
                .isEqualTo(201);
    }

    /** A path that needs another, which needs the last. */
    private static List<SamplePath> pushed(TenantCache cache) throws Exception {
        SamplePath needed = SamplePath.of("needed", 2_000, "none");
        SamplePath middle =
                SamplePath.of("middle", 1_500, "none").referringTo(needed.info().storePath());
        SamplePath top =
                SamplePath.of("top", 1_000, "none").referringTo(middle.info().storePath());
        push(cache, needed);
        push(cache, middle);
        push(cache, top);
        return List.of(top, middle, needed);
    }

    private JsonNode deny(TenantCache cache, String rule, String what) throws Exception {
        HttpResponse<String> answer = client.asAdministrator(
                "PUT", ci(cache) + "/denied/" + rule, "{" + what + ",\"dependents\":true,\"reason\":\"a test\"}");
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return JSON.readTree(answer.body());
    }

    private static int status(TenantCache cache, SamplePath path) throws Exception {
        return cache.get(path.narInfoUrl()).statusCode();
    }

    private static void awaitStatus(TenantCache cache, SamplePath path, int status) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (status(cache, path) != status && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(status(cache, path)).isEqualTo(status);
    }

    @Test
    void reachAllThatNeedsADeniedPathInACacheThatIsShown() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        offer(other, cache);
        list(cache, other);
        List<SamplePath> closure = pushed(other);
        String nar = closure.getFirst().info().url();
        assertThat(status(cache, closure.getFirst())).isEqualTo(200);

        assertThat(deny(cache, "needed", "\"pattern\":\"needed\"").path("paths").asInt())
                .isEqualTo(3);

        for (SamplePath path : closure) {
            awaitStatus(cache, path, 404);
            assertThat(status(other, path)).isEqualTo(200);
        }
        assertThat(cache.get(nar).statusCode()).isEqualTo(404);
        assertThat(other.get(nar).statusCode()).isEqualTo(200);
    }

    @Test
    void reachWhatACacheShowsOnlyLater() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        offer(other, cache);
        List<SamplePath> closure = pushed(other);
        assertThat(deny(
                                cache,
                                "needed",
                                "\"hash\":\""
                                        + closure.getLast().info().storePath().hash() + "\"")
                        .path("paths")
                        .asInt())
                .isZero();

        list(cache, other);

        for (SamplePath path : closure) {
            awaitStatus(cache, path, 404);
        }
    }

    @Test
    void reachWhatAnUpstreamToldBeforeAndAfter() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath needed = upstream.path(2_000);
            SamplePath middle = SamplePath.ofBytes(1_500)
                    .referringTo(needed.info().storePath())
                    .at(upstream.server(), upstream.key());
            SamplePath before = SamplePath.ofBytes(1_000)
                    .referringTo(middle.info().storePath())
                    .at(upstream.server(), upstream.key());
            SamplePath after = SamplePath.ofBytes(1_000)
                    .referringTo(middle.info().storePath())
                    .at(upstream.server(), upstream.key());
            assertThat(upstream.ask(before)).isEqualTo(200);
            assertThat(upstream.ask(middle)).isEqualTo(200);
            String nar = NarInfoReader.read(
                            upstream.cache().get(before.narInfoUrl()).body())
                    .url();

            deny(
                    upstream.cache(),
                    "needed",
                    "\"hash\":\"" + needed.info().storePath().hash() + "\"");

            for (SamplePath path : List.of(before, middle, needed, after)) {
                awaitStatus(upstream.cache(), path, 404);
            }
            assertThat(upstream.cache().get(nar).statusCode()).isEqualTo(404);
        }
    }

    /** A client asks for a path before it asks for what that needs: of such a one nothing is known yet. */
    @Test
    void reachBackToWhatWasToldBeforeItsReferences() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath needed = upstream.path(2_000);
            SamplePath middle = SamplePath.ofBytes(1_500)
                    .referringTo(needed.info().storePath())
                    .at(upstream.server(), upstream.key());
            SamplePath top = SamplePath.ofBytes(1_000)
                    .referringTo(middle.info().storePath())
                    .at(upstream.server(), upstream.key());
            deny(
                    upstream.cache(),
                    "needed",
                    "\"hash\":\"" + needed.info().storePath().hash() + "\"");
            assertThat(upstream.ask(top)).isEqualTo(200);

            assertThat(upstream.ask(middle)).isEqualTo(404);

            awaitStatus(upstream.cache(), top, 404);
        }
    }

    @Test
    void tellNothingOfWhatOthersHave() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        String name = "secret-of-" + other.tenant();
        push(other, SamplePath.of(name, 1_000, "none"));
        String rule = "{\"pattern\":\"" + name + "\",\"reason\":\"is it there?\"}";
        String url = ci(cache) + "/denied/guess";
        String token = cache.newToken("\"deny\"");

        JsonNode dry = JSON.readTree(
                client.as(token, "PUT", url + "?dryRun=true", rule).body());
        JsonNode made = JSON.readTree(client.as(token, "PUT", url, rule).body());

        assertThat(dry.path("paths").asInt(-1)).isZero();
        assertThat(dry.path("names")).isEmpty();
        assertThat(made.path("paths").asInt(-1)).isZero();
        assertThat(JSON.readTree(client.as(token, "PUT", url + "?dryRun=true", "{\"pattern\":\"*\",\"reason\":\"all\"}")
                                .body())
                        .path("paths")
                        .asInt(-1))
                .as("what the machine's store has, which the cache does not show")
                .isZero();
    }
}
