package io.narthex.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.NixFailedException;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What one cache holds becomes visible in another, signed by the other's keys. */
@ExtendWith(SharedServer.class)
class PromotionIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String WAITING = """
        insert into promotion (tenant_id, cache_id, source_id, source, roots, state, paths)
        select t.id, c.id, o.id, s.name || '/ci', array[?], 'waiting', 3
        from tenant t join cache c on c.tenant_id = t.id cross join tenant s join cache o on o.tenant_id = s.id
        where t.name = ? and s.name = ?
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final NixStore store = NixStore.served();
    private final ApiClient client = new ApiClient("");

    @Test
    void isServedWholeByTheTargetsKeyAloneWhileTheSourceIsDeleted() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{\"entry\":\"promotion\"}");
        StorePath top = closure("whole " + source.tenant(), "top");
        source.push(store, top, "zstd");

        JsonNode made =
                promote(target, source, "\"paths\":[\"" + NixStore.path(top) + "\"],\"note\":\"release 1\"", 201);
        source.administer("DELETE", "/api/v1/tenants/" + source.tenant() + "/caches/ci", "");

        assertThat(made.path("state").asText()).isEqualTo("visible");
        assertThat(made.path("closure").asInt()).isEqualTo(3);
        assertThat(made.path("added").asInt()).isEqualTo(3);
        fetch(target, top);
        assertThat(Rows.ofServer()
                        .texts(
                                "select detail ->> 'source' from audit_event where action = 'path-promoted' and tenant"
                                        + " = ?",
                                target.tenant()))
                .containsExactly(source.tenant() + "/ci");
    }

    @Test
    void isTheOnlyWayIntoACacheWhoseEntryItIs() throws Exception {
        TenantCache target = TenantCache.make("{\"entry\":\"promotion\"}");
        StorePath path = store.add("pushed", "into " + target.tenant());

        Assertions.assertThatThrownBy(() -> target.push(store, path, "none"))
                .isInstanceOf(NixFailedException.class)
                .hasMessageContaining("403")
                .hasMessageContaining("entry is promotion");
        assertThat(target.put("log/" + path.hash() + "-x.drv", new byte[] {1}).statusCode())
                .isEqualTo(403);
    }

    @Test
    void verifiesRequiredSignaturesByTheirBytes() throws Exception {
        SecretKey key = SecretKey.generate("tests-1", new SecureRandom());
        SecretKey sameName = SecretKey.generate("tests-1", new SecureRandom());
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make(gates(key.publicKey(), 0));
        StorePath path = store.evaluate("builtins.toFile \"tested\" \"" + source.tenant() + "\"");
        store.sign(path, sameName.toText());
        source.push(store, path, "none");

        JsonNode refused = promote(target, source, paths(path), 409);
        assertThat(refused.path("failures").path(0).path("path").asText()).isEqualTo(path.baseName());
        assertThat(refused.path("failures").path(0).path("reason").asText()).contains("tests-1");
        assertThat(status(target, path)).isEqualTo(404);

        store.sign(path, key.toText());
        source.put(path.hash() + ".narinfo", signed(source, path, key).getBytes(StandardCharsets.US_ASCII));
        promote(target, source, paths(path), 201);
        assertThat(text(target, path.hash() + ".narinfo")).contains("Sig: tests-1:");
        assertThat(text(target, "nix-cache-info")).contains("RequiredSignatures: " + key.publicKey());
    }

    /** The narinfo of a path, with one signature more. */
    private static String signed(TenantCache cache, StorePath path, SecretKey key) throws Exception {
        String narInfo = text(cache, path.hash() + ".narinfo");
        byte[] fingerprint = Fingerprint.of(NarInfoReader.read(narInfo.getBytes(StandardCharsets.US_ASCII)));
        return narInfo.replaceAll("Sig: tests-1:[^\n]*\n", "") + "Sig: " + key.sign(fingerprint) + "\n";
    }

    @Test
    void letsNothingPassThatIsTooYoung() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{\"gates\":{\"minimumAgeHours\":2}}");
        StorePath path = store.add("young", source.tenant());
        source.push(store, path, "none");

        assertThat(promote(target, source, paths(path), 409)
                        .path("failures")
                        .path(0)
                        .path("reason")
                        .asText())
                .contains("too young");
        Rows.ofServer()
                .change(
                        "update uploaded_path set published_at = now() - interval '3 hours' where name = 'young' and"
                            + " cache_id = (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name"
                            + " = ?)",
                        source.tenant());
        promote(target, source, paths(path), 201);
    }

    @Test
    void isLoosenedByWhoHasGateAlone() throws Exception {
        TenantCache target = TenantCache.make("{\"entry\":\"promotion\",\"gates\":{\"minimumAgeHours\":2}}");
        String url = "/api/v1/tenants/" + target.tenant() + "/caches/ci";
        String administers = target.newToken("\"administer\"");

        assertThat(client.as(administers, "PUT", url, "{\"gates\":{\"minimumAgeHours\":3}}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.as(administers, "PUT", url, "{\"gates\":{\"minimumAgeHours\":1}}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.as(administers, "PUT", url, "{\"gates\":null}").statusCode())
                .isEqualTo(403);
        assertThat(client.as(administers, "PUT", url, "{\"entry\":\"push\"}").statusCode())
                .isEqualTo(403);
        assertThat(client.as(target.newToken("\"administer\",\"gate\""), "PUT", url, "{\"gates\":null}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void doesNotPromoteWhatARuleDenies() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath top = push(source, "denied", "top");
        target.administer(
                "PUT",
                "/api/v1/tenants/" + target.tenant() + "/caches/ci/denied/leaf",
                "{\"pattern\":\"leaf\",\"reason\":\"not here\"}");

        JsonNode refused = promote(target, source, paths(top), 409);

        assertThat(refused.path("failures").toString()).contains("-leaf").contains("leaf: not here");
        assertThat(status(target, top)).isEqualTo(404);
    }

    @Test
    void tellsNothingOfASourceThatTheCallerMayNotRead() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath path = store.add("secret", source.tenant());
        source.push(store, path, "none");
        String token = target.newToken("\"promote\"");
        String url = "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions";

        HttpResponse<String> hidden = client.as(token, "POST", url, body(source.tenant() + "/ci", paths(path)));
        HttpResponse<String> none = client.as(token, "POST", url, body("no-such/ci", paths(path)));

        assertThat(hidden.statusCode()).isEqualTo(404);
        assertThat(hidden.body()).isEqualTo(none.body());
    }

    @Test
    void refusesAClosureThatTheSourceDoesNotHaveWhole() throws Exception {
        TenantCache source = TenantCache.make("{\"references\":\"lenient\"}");
        TenantCache target = TenantCache.make("{}");
        StorePath top = push(source, "partial", "top");
        String leaf = Rows.ofServer()
                .texts("select path from audit.paths where tenant = ? and path like '%-leaf'", source.tenant())
                .getFirst();
        source.administer(
                "DELETE",
                "/api/v1/tenants/" + source.tenant() + "/caches/ci/paths/" + leaf.substring(0, 32) + "?force=true",
                "");

        assertThat(promote(target, source, paths(top), 409)
                        .path("failures")
                        .path(0)
                        .path("path")
                        .asText())
                .isEqualTo(leaf);
        assertThat(status(target, top)).isEqualTo(404);
    }

    @Test
    void twoOfOverlappingClosuresSucceedAtOnce() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath one = push(source, "overlap", "top");
        StorePath other = push(source, "overlap", "other");

        List<CompletableFuture<Integer>> both = List.of(one, other).stream()
                .map(path -> CompletableFuture.supplyAsync(
                        () -> answer(target, source, paths(path)).statusCode()))
                .toList();

        assertThat(both).allSatisfy(each -> assertThat(each.get()).isEqualTo(201));
        assertThat(status(target, one)).isEqualTo(200);
        assertThat(status(target, other)).isEqualTo(200);
    }

    @Test
    void isUndoneAsFarAsNothingElseKeepsItsPaths() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath one = push(source, "undone", "top");
        StorePath other = push(source, "undone", "other");
        int first = promote(target, source, paths(one), 201).path("id").asInt();
        int second = promote(target, source, paths(other), 201).path("id").asInt();
        String url = "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions/";

        assertThat(JSON.readTree(target.administer("DELETE", url + first, ""))
                        .path("state")
                        .asText())
                .isEqualTo("undone");
        assertThat(status(target, one)).isEqualTo(404);
        assertThat(status(target, other)).isEqualTo(200);
        assertThat(held(target)).isEqualTo(3);

        target.administer("DELETE", url + second, "");
        assertThat(held(target)).isZero();
        assertThat(client.asAdministrator("DELETE", url + second).statusCode()).isEqualTo(404);
    }

    /** It takes long to fill in what the paths of a large one refer to, and to read what waits for that does not. */
    @Test
    void isUndoneWhileReferencesWaitToBeFilledIn() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        String text = "waiting " + source.tenant();
        StorePath top = push(source, "waiting", "top");
        StorePath late = store.evaluate(
                "let l = builtins.toFile \"leaf\" \"" + text + "\"; in builtins.toFile \"late\" \"${l}\"");
        try (Connection held = Rows.ofServer().connect()) {
            held.createStatement().execute("select pg_advisory_lock(hashtext('narthex-path-edges'))");
            int id = promote(target, source, paths(top), 201).path("id").asInt();
            target.push(store, late, "none");

            target.administer("DELETE", "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions/" + id, "");
        }

        assertThat(status(target, top)).isEqualTo(404);
        assertThat(status(target, late)).isEqualTo(200);
        assertThat(Rows.ofServer().texts("select path from audit.paths where tenant = ?", target.tenant()))
                .as("what was pushed, and the leaf that it needs")
                .hasSize(2)
                .contains(late.baseName());
    }

    @Test
    void doesNotPassAQuota() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{\"quota\":{\"maxBytes\":300}}");
        StorePath top = push(source, "too large", "top");

        HttpResponse<String> refused = answer(target, source, paths(top));

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
        assertThat(refused.body())
                .contains("the cache " + target.tenant() + "/ci would hold")
                .contains("its quota is 300");
        assertThat(status(target, top)).isEqualTo(404);
        target.administer(
                "PUT", "/api/v1/tenants/" + target.tenant() + "/caches/ci", "{\"quota\":{\"maxBytes\":100000}}");
        promote(target, source, paths(top), 201);
        assertThat(status(target, top)).isEqualTo(200);
    }

    /** The default cache shows the machine's store. */
    @Test
    void storesFirstWhatTheMachinesStoreAloneHas() throws Exception {
        TenantCache target = TenantCache.make("{\"entry\":\"promotion\"}");
        StorePath top = closure("local " + target.tenant(), "top");
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("reindex");
        String url = "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions";

        HttpResponse<String> accepted = client.asAdministrator("POST", url, body("default/default", paths(top)));

        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        JsonNode made = JSON.readTree(accepted.body());
        assertThat(made.path("state").asText()).isEqualTo("waiting");
        assertThat(made.path("total").asInt()).isEqualTo(3);
        JsonNode done = visible(url + "/" + made.path("id").asInt());
        assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("visible");
        assertThat(done.path("done").asInt()).isEqualTo(3);
        fetch(target, top);
        assertThat(Rows.ofServer()
                        .texts(
                                "select count(*) from staged_nar s join cache c on c.id = s.cache_id join tenant t on"
                                        + " t.id = c.tenant_id where t.name = ?",
                                target.tenant()))
                .containsExactly("0");
        assertThat(text(target, top.hash() + ".narinfo")).contains("Compression: zstd");
    }

    /** As one of more paths than a request promotes: what tells how far it is does not wait for what does it. */
    @Test
    void isDoneByTheJobWhereAllIsStored() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath top = push(source, "by the job", "top");
        assertThat(Rows.ofServer().change(WAITING, top.baseName(), target.tenant(), source.tenant()))
                .isEqualTo(1);

        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("promote");

        String url = "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions";
        JsonNode made = JSON.readTree(client.asAdministrator("GET", url).body())
                .path("items")
                .path(0);
        assertThat(made.path("state").asText()).as(made.toString()).isEqualTo("visible");
        assertThat(made.path("done").asInt()).isEqualTo(3);
        assertThat(status(target, top)).isEqualTo(200);
    }

    private JsonNode visible(String url) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        JsonNode found = JSON.readTree(client.asAdministrator("GET", url).body());
        while (found.path("state").asText().equals("waiting") && Instant.now().isBefore(end)) {
            Thread.sleep(200);
            found = JSON.readTree(client.asAdministrator("GET", url).body());
        }
        return found;
    }

    /** The last thing that it does is to wait for the lock of the tenant's quota: then all of it is written. */
    @Test
    void leavesNothingBehindWhereItIsKilledInTheMiddle() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath top = push(source, "killed", "top");

        try (Connection held = Rows.ofApplication().connect()) {
            held.setAutoCommit(false);
            held.createStatement()
                    .execute("select pg_advisory_xact_lock(hashtextextended('quota ' || id, 0)) from tenant where name"
                            + " = '" + target.tenant() + "'");
            CompletableFuture<HttpResponse<String>> promoted =
                    CompletableFuture.supplyAsync(() -> answer(target, source, paths(top)));
            String backend = waiting();

            assertThat(status(target, top)).isEqualTo(404);
            assertThat(Rows.ofApplication().texts("select pg_terminate_backend(?::integer)", backend))
                    .containsExactly("t");
            assertThat(promoted.get().statusCode()).isBetween(500, 599);
        }

        // with that connection the server drops all that it had open
        Instant end = Instant.now().plusSeconds(60);
        while (status(target, top) == 503 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(status(target, top)).isEqualTo(404);
        assertThat(held(target)).isZero();
        assertThat(Rows.ofServer()
                        .texts(
                                "select state from promotion p join tenant t on t.id = p.tenant_id where t.name = ?",
                                target.tenant()))
                .isEmpty();
        end = Instant.now().plusSeconds(60);
        while (answer(target, source, paths(top)).statusCode() != 201
                && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(status(target, top)).isEqualTo(200);
    }

    /** The backend that waits for a quota. */
    private static String waiting() throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        List<String> found = List.of();
        while (found.isEmpty() && Instant.now().isBefore(end)) {
            found = Rows.ofApplication()
                    .texts("select pid::text from pg_stat_activity where wait_event = 'advisory' and query like"
                            + " '%quota_passed%'");
        }
        return found.getFirst();
    }

    @Test
    void isNotUndoneWhileSomeOfItIsHeld() throws Exception {
        TenantCache source = TenantCache.make("{}");
        TenantCache target = TenantCache.make("{}");
        StorePath path = push(source, "held", "top");
        int id = promote(target, source, paths(path), 201).path("id").asInt();
        String tenant = "/api/v1/tenants/" + target.tenant();
        target.administer("PUT", tenant + "/legal-holds/court", "{\"cache\":\"ci\",\"reason\":\"court\"}");

        HttpResponse<String> refused = client.asAdministrator("DELETE", tenant + "/caches/ci/promotions/" + id);

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("legal hold");
        assertThat(status(target, path)).isEqualTo(200);
        target.administer("DELETE", tenant + "/legal-holds/court", "");
        assertThat(client.asAdministrator("DELETE", tenant + "/caches/ci/promotions/" + id)
                        .statusCode())
                .isEqualTo(200);
    }

    private static int held(TenantCache cache) throws Exception {
        return Rows.ofServer()
                .texts("select path from audit.paths where tenant = ?", cache.tenant())
                .size();
    }

    /** A path that needs another, which needs a leaf. Of the same text, those two are the same. */
    private StorePath closure(String text, String name) throws Exception {
        return store.evaluate("let l = builtins.toFile \"leaf\" \"" + text + "\";"
                + " m = builtins.toFile \"middle\" \"${l}\"; in builtins.toFile \"" + name + "\" \"${m}\"");
    }

    /** Pushes such a path with what it needs. */
    private StorePath push(TenantCache source, String text, String name) throws Exception {
        StorePath path = closure(text + " " + source.tenant(), name);
        source.push(store, path, "none");
        return path;
    }

    /** By a client that trusts that cache alone. */
    private void fetch(TenantCache cache, StorePath path) throws Exception {
        NixStore reader = NixStore.in(directory);
        reader.run(
                "nix-store",
                "--store",
                reader.uri(),
                "-r",
                NixStore.path(path),
                "--option",
                "substituters",
                cache.urlWithToken(),
                "--option",
                "trusted-public-keys",
                cache.keys());
        reader.verifyContents();
    }

    private static String gates(PublicKey key, int hours) {
        return "{\"gates\":{\"requiredSignatures\":[\"" + key + "\"],\"minimumAgeHours\":" + hours + "}}";
    }

    private static String paths(StorePath path) {
        return "\"paths\":[\"" + path.baseName() + "\"]";
    }

    private static String body(String from, String what) {
        return "{\"from\":\"" + from + "\"," + what + "}";
    }

    private JsonNode promote(TenantCache target, TenantCache source, String what, int status) throws Exception {
        HttpResponse<String> answer = answer(target, source, what);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> answer(TenantCache target, TenantCache source, String what) {
        try {
            return client.asAdministrator(
                    "POST",
                    "/api/v1/tenants/" + target.tenant() + "/caches/ci/promotions",
                    body(source.tenant() + "/ci", what));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int status(TenantCache cache, StorePath path) throws Exception {
        return cache.get(path.hash() + ".narinfo").statusCode();
    }

    private static String text(TenantCache cache, String url) throws Exception {
        return new String(cache.get(url).body(), StandardCharsets.UTF_8);
    }
}
