package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.nix.signature.PublicKey;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a cache shows from other caches and upstreams is promoted as what it has itself. */
@ExtendWith(SharedServer.class)
class PromotedElsewhereIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiClient client = new ApiClient("");

    private static String ci(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    /** A cache that shows what another one has. */
    private TenantCache showing(TenantCache other) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        other.administer("PUT", ci(other), "{\"offeredTo\":[\"" + cache.tenant() + "\"]}");
        cache.administer("PUT", ci(cache), "{\"sources\":[\"uploads\",\"cache:" + other.tenant() + "/ci\"]}");
        return cache;
    }

    private static void push(TenantCache cache, SamplePath path) throws Exception {
        cache.put(path.info().url(), path.file());
        assertThat(cache.put(path.narInfoUrl(), NarInfoWriter.write(path.info()))
                        .statusCode())
                .isEqualTo(201);
    }

    /** Two paths, the first of which needs the second. */
    private static List<SamplePath> pushed(TenantCache cache) throws Exception {
        SamplePath leaf = SamplePath.of("leaf", 2_000, "none");
        SamplePath top =
                SamplePath.of("top", 1_000, "none").referringTo(leaf.info().storePath());
        push(cache, leaf);
        push(cache, top);
        return List.of(top, leaf);
    }

    private HttpResponse<String> promote(TenantCache target, TenantCache source, SamplePath path) throws Exception {
        return client.asAdministrator(
                "POST",
                ci(target) + "/promotions",
                "{\"from\":\"" + source.tenant() + "/ci\",\"paths\":[\""
                        + path.info().storePath().baseName() + "\"]}");
    }

    /** What becomes of one that a job does. */
    private JsonNode done(TenantCache target, HttpResponse<String> accepted) throws Exception {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String url = ci(target) + "/promotions/"
                + JSON.readTree(accepted.body()).path("id").asInt();
        Instant end = Instant.now().plusSeconds(60);
        JsonNode found = JSON.readTree(accepted.body());
        while (found.path("state").asText().equals("waiting") && Instant.now().isBefore(end)) {
            Thread.sleep(200);
            found = JSON.readTree(client.asAdministrator("GET", url).body());
        }
        return found;
    }

    /** The cache gives out a path by its own key. */
    private static void has(TenantCache cache, SamplePath path) throws Exception {
        NarInfo info = NarInfoReader.read(cache.get(path.narInfoUrl()).body());
        PublicKey key = PublicKey.parse(cache.keys());
        assertThat(info.signatures())
                .anySatisfy(s -> assertThat(key.verify(Fingerprint.of(info), s)).isTrue());
        assertThat(cache.get(info.url()).body()).isEqualTo(path.file());
    }

    private static int status(TenantCache cache, SamplePath path) throws Exception {
        return cache.get(path.narInfoUrl()).statusCode();
    }

    @Test
    void sharesTheFilesOfACacheThatTheSourceShows() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache source = showing(showing(other));
        TenantCache target = TenantCache.make("{\"entry\":\"promotion\"}");
        List<SamplePath> closure = pushed(other);

        HttpResponse<String> made = promote(target, source, closure.getFirst());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        other.administer("DELETE", ci(other), "");

        assertThat(JSON.readTree(made.body()).path("added").asInt()).isEqualTo(2);
        for (SamplePath path : closure) {
            has(target, path);
        }
        assertThat(Rows.ofServer()
                        .texts(
                                "select claim from audit.signatures where tenant = ? and claim = 'received'",
                                target.tenant()))
                .hasSize(2);
    }

    @Test
    void storesFirstWhatAnUpstreamHas() throws Exception {
        for (String mode : List.of("keep", "stream")) {
            TenantCache target = TenantCache.make("{}");
            SamplePath far;
            SamplePath near;
            try (TestUpstream upstream = TestUpstream.make(",\"mode\":\"" + mode + "\"")) {
                far = upstream.path(3_000);
                near = SamplePath.ofBytes(2_000)
                        .referringTo(far.info().storePath())
                        .at(upstream.server(), upstream.key());
                SamplePath own = SamplePath.of("own", 1_000, "none")
                        .referringTo(near.info().storePath());
                push(upstream.cache(), own);

                JsonNode made = done(target, promote(target, upstream.cache(), own));

                assertThat(made.path("state").asText()).as(made.toString()).isEqualTo("visible");
                assertThat(made.path("added").asInt()).isEqualTo(3);
                has(target, own);
            }
            has(target, near);
            has(target, far);
        }
    }

    @Test
    void takesNothingOfAnUpstreamWhoseBytesAreWrong() throws Exception {
        TenantCache target = TenantCache.make("{}");
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(3_000);
            upstream.server()
                    .answer(
                            "/" + path.info().url(),
                            Answer.ok(SamplePath.ofBytes(3_000).file()));

            JsonNode made = done(target, promote(target, upstream.cache(), path));

            assertThat(made.path("state").asText()).isEqualTo("failed");
            assertThat(status(target, path)).isEqualTo(404);
        }
    }

    @Test
    void isNotDoneWhileAnUpstreamThatIsRequiredGivesNoAnswer() throws Exception {
        TenantCache target = TenantCache.make("{}");
        try (TestUpstream upstream = TestUpstream.make(",\"required\":true")) {
            SamplePath path = upstream.path(1_000);
            upstream.server().answer("/" + path.narInfoUrl(), Answer.of(500, new byte[0]));

            assertThat(promote(target, upstream.cache(), path).statusCode()).isEqualTo(503);
            assertThat(status(target, path)).isEqualTo(404);
        }
    }

    @Test
    void isRefusedWhereTheOtherCacheDeniesIt() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache source = showing(other);
        TenantCache target = TenantCache.make("{}");
        List<SamplePath> closure = pushed(other);
        other.administer("PUT", ci(other) + "/denied/leaf", "{\"pattern\":\"leaf\",\"reason\":\"it leaks\"}");

        HttpResponse<String> refused = promote(target, source, closure.getFirst());

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(refused.body()).contains("-leaf");
        assertThat(status(target, closure.getFirst())).isEqualTo(404);
    }

    /** It counts from when the source was first known to show it, however old it is in the other cache. */
    @Test
    void isAsOldAsTheSourceHasShownIt() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache source = showing(other);
        TenantCache target = TenantCache.make("{\"gates\":{\"minimumAgeHours\":2}}");
        List<SamplePath> closure = pushed(other);
        Rows.ofServer()
                .change("update uploaded_path set published_at = now() - interval '3 hours' where cache_id = (select"
                        + " c.id from cache c join tenant t on t.id = c.tenant_id where t.name ="
                        + " '" + other.tenant()
                        + "')");

        assertThat(promote(target, source, closure.getFirst()).body()).contains("too young");
        Rows.ofServer()
                .change("update cache_source_path set found_at = now() - interval '3 hours' where cache_id = (select"
                        + " c.id from cache c join tenant t on t.id = c.tenant_id where t.name ="
                        + " '" + source.tenant()
                        + "')");
        assertThat(promote(target, source, closure.getFirst()).statusCode()).isEqualTo(201);
    }
}
