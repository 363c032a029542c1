package io.narthex.overview;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/v1/overview} tells who administers what how that is. */
@ExtendWith(SharedServer.class)
class OverviewIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final ApiClient api = new ApiClient("");

    @Test
    void countsWhatIsPushedAskedForAndRefused(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"seen\" \"of " + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        cache.get(path.hash() + ".narinfo");
        cache.get("0".repeat(32) + ".narinfo");
        cache.put("nar/" + "0".repeat(52) + ".nar", "no nar".getBytes(StandardCharsets.US_ASCII));

        JsonNode tenant = await(
                cache.tenant(),
                t -> t.path("pushes").asLong() == 1
                        && t.path("refusals").asLong() >= 1
                        && today(t).path("hits").asLong() >= 1
                        && today(t).path("misses").asLong() >= 1);

        JsonNode ci = tenant.path("caches").get(0);
        assertThat(ci.path("cache").asText()).isEqualTo("ci");
        assertThat(ci.path("paths").asLong()).isEqualTo(1);
        assertThat(ci.path("localPaths").isNull()).isTrue();
        assertThat(ci.path("bytes").asLong()).isGreaterThanOrEqualTo(builder.dump(path).length);
        assertThat(ci.path("hitRate").asDouble()).isBetween(0.01, 0.99);
        assertThat(Instant.parse(ci.path("lastPush").asText()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(tenant.path("days")).hasSize(30);
        assertThat(today(tenant).path("day").asText())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).toString());
        assertThat(today(tenant).path("paths").asLong()).isEqualTo(1);
        assertThat(tenant.path("days").get(0).path("paths").isNull()).isTrue();
    }

    @Test
    void showsAnAdministratorOfATenantItsOwnAlone() throws Exception {
        TenantCache mine = TenantCache.make("{}");
        TenantCache other = TenantCache.make("{}");
        String token = mine.newToken("\"administer\"");

        JsonNode seen = ApiClient.json(api.as(token, "GET", "/api/v1/overview", ""));

        assertThat(seen.path("tenants")).hasSize(1);
        assertThat(seen.path("tenants").get(0).path("tenant").asText()).isEqualTo(mine.tenant());
        assertThat(seen.path("disk").isNull()).isTrue();
        assertThat(seen.path("forecast").isNull()).isTrue();
        assertThat(api.as(token, "GET", "/api/v1/overview?tenant=" + other.tenant(), "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void showsWhoAdministersSomeCachesThoseAlone() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/other", "{}");
        JsonNode made = ApiClient.json(api.asAdministrator(
                "POST",
                "/api/v1/tenants/" + cache.tenant() + "/tokens",
                "{\"scopes\":[\"administer\"],\"caches\":[\"other\"]}"));

        JsonNode seen = ApiClient.json(api.as(made.path("token").asText(), "GET", "/api/v1/overview", ""));

        assertThat(seen.at("/tenants/0/caches")).hasSize(1);
        assertThat(seen.at("/tenants/0/caches/0/cache").asText()).isEqualTo("other");
    }

    @Test
    void warnsOfAQuotaThatIsNearlyFull(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        cache.push(builder, builder.evaluate("builtins.toFile \"fill\" \"of " + cache.tenant() + "\""), "none");
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "{\"quota\":{\"maxBytes\":100}}");

        assertThat(attention(cache, "quota-near"))
                .singleElement()
                .satisfies(one -> assertThat(one.path("cache").asText()).isEqualTo("ci"));
    }

    @Test
    void warnsOfAKeyThatIsReplacedSoon() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys/policy",
                "{\"rotateEveryDays\":50,\"publishAheadDays\":1,\"overlapDays\":31}");

        assertThat(attention(cache, "key-due")).singleElement().satisfies(one -> {
            assertThat(one.path("subject").asText()).startsWith("ci." + cache.tenant() + ".");
            assertThat(Instant.parse(one.path("at").asText()))
                    .isAfter(Instant.now().plus(Duration.ofDays(40)));
        });
    }

    @Test
    void warnsOfAChainThatIsBroken() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        Rows rows = Rows.ofServer();
        rows.change(
                "insert into audit_chain_check (chain, whole, sequence, event_id, reason, broken_at)"
                        + " select id, false, 7, 9, 'the hash is another', now() from tenant where name = ?",
                cache.tenant());
        try {
            assertThat(attention(cache, "chain-broken")).singleElement().satisfies(one -> {
                assertThat(one.path("subject").asText()).isEqualTo(cache.tenant());
                assertThat(one.path("sentence").asText()).contains("event 9").contains("the hash is another");
            });
        } finally {
            rows.change("delete from audit_chain_check where not whole");
        }
    }

    @Test
    void tellsTheServersAdministratorOfAllTenantsAndOfTheDisk() throws Exception {
        TenantCache cache = TenantCache.make("{}");

        JsonNode all = ApiClient.json(api.asAdministrator("GET", "/api/v1/overview"));

        assertThat(all.path("disk").path("totalBytes").asLong()).isPositive();
        assertThat(all.path("tenants"))
                .extracting(t -> t.path("tenant").asText())
                .contains("default", cache.tenant())
                .isSorted();
    }

    /** Nobody has asked for the path: that the store has it is counted all the same. */
    @Test
    void countsWhatTheMachinesStoreHas() throws Exception {
        NixStore store = NixStore.served();
        ServerJobs jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
        store.add("counted-before", "the first of them");
        jobs.run("reindex");
        int before = localPaths();

        store.add("counted-behind", "one more");
        jobs.run("reindex");

        assertThat(localPaths()).isGreaterThan(before).isPositive();
    }

    private int localPaths() throws Exception {
        return tenant("default").path("caches").get(0).path("localPaths").asInt();
    }

    private List<JsonNode> attention(TenantCache cache, String kind) throws Exception {
        JsonNode seen = ApiClient.json(api.as(cache.newToken("\"administer\""), "GET", "/api/v1/overview", ""));
        return StreamSupport.stream(seen.path("attention").spliterator(), false)
                .filter(one -> one.path("kind").asText().equals(kind))
                .toList();
    }

    /** What was counted is written down some seconds later. */
    private JsonNode await(String tenant, Predicate<JsonNode> wanted) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        JsonNode now = tenant(tenant);
        while (!wanted.test(now) && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            now = tenant(tenant);
        }
        assertThat(wanted.test(now)).as(now.toString()).isTrue();
        return now;
    }

    private JsonNode tenant(String name) throws Exception {
        return ApiClient.json(api.asAdministrator("GET", "/api/v1/overview?tenant=" + name))
                .at("/tenants/0");
    }

    private static JsonNode today(JsonNode tenant) {
        return tenant.path("days").get(29);
    }
}
