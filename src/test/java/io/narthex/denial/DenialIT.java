package io.narthex.denial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.NixFailedException;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a rule denies is there for nobody, wherever one asks, until the rule is lifted. */
@ExtendWith(SharedServer.class)
class DenialIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What says nothing of any path; what / finds is SearchIT's. Whoever adds a route to a cache puts it here, or shows below that it asks. */
    private static final Set<String> SAY_NOTHING_OF_PATHS =
            Set.of("/", "nix-cache-info", "public-key", "public-keys.json", "version");

    private final NixStore store = NixStore.served();
    private final ApiClient client = new ApiClient("");

    @Test
    void isDarkOnEveryRouteOfACache() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("dark-route", "on every route " + cache.tenant());
        cache.push(store, path, "none");
        client.asAdministrator(
                "PUT",
                rules(cache).replace("/denied", "/pins") + "/dark-route",
                "{\"path\":\"/nix/store/" + path.baseName() + "\"}");
        Map<String, String> routes = routes(cache, path);
        assertThat(routes.keySet())
                .as("routes that ask, and that say nothing of paths")
                .containsExactlyInAnyOrderElementsOf(routesOfTheServer());
        assertThat(answers(cache, path, routes))
                .allSatisfy((route, answer) -> assertThat(answer).isEqualTo("200"));

        deny(cache, "dark", "{\"pattern\":\"dark-rout?\",\"reason\":\"a test\"}", 201);
        assertThat(answers(cache, path, routes))
                .allSatisfy((route, answer) -> assertThat(answer).isEqualTo("404"));
        String known = cache.get(path.hash() + ".narinfo").headers().toString();
        assertThat(known).contains("no-store");
        assertThat(cache.send("GET", path.hash() + ".narinfo", new byte[0], cache.token(), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(404);
        assertThat(cache.send(
                                "GET",
                                Objects.requireNonNull(routes.get("nar/{file}")),
                                new byte[0],
                                cache.token(),
                                "Range",
                                "bytes=0-1")
                        .statusCode())
                .isEqualTo(404);

        client.asAdministrator("DELETE", rules(cache) + "/dark");
        assertThat(answers(cache, path, routes))
                .allSatisfy((route, answer) -> assertThat(answer).isEqualTo("200"));
    }

    /** An URL for each route that is about a path, after what it shows was pushed. */
    private static Map<String, String> routes(TenantCache cache, StorePath path) throws Exception {
        String derivation = path.hash() + "-dark-route.drv";
        String url =
                NarInfoReader.read(cache.get(path.hash() + ".narinfo").body()).url();
        String buildId = "debuginfo/" + "ab".repeat(20) + ".debug";
        String realisation = "realisations/sha256:" + "0".repeat(64) + "!out.doi";
        String trace = "build-trace-v2/" + derivation + "/out.doi";
        String value = "\"outPath\":\"" + path.baseName() + "\",\"signatures\":[],\"dependentRealisations\":{}}";
        put(cache, "log/" + derivation, "built");
        put(cache, buildId, "{\"archive\":\"../" + url + "\",\"member\":\"x\"}");
        put(cache, realisation, "{\"id\":\"sha256:" + "0".repeat(64) + "!out\"," + value);
        put(cache, trace, "{" + value);
        Map<String, String> routes = new LinkedHashMap<>();
        routes.put("{hash}.narinfo", path.hash() + ".narinfo");
        routes.put("get-narinfos-v1", "get-narinfos-v1");
        routes.put("nar/{file}", url);
        routes.put("{hash}.ls", path.hash() + ".ls");
        routes.put("log/{derivation}", "log/" + derivation);
        routes.put("debuginfo/{file}", buildId);
        routes.put("realisations/{id}.doi", realisation);
        routes.put("build-trace-v2/{derivation}/{output}.doi", trace);
        routes.put("serve/{hash}{rest:(/.*)?}", "serve/" + path.hash());
        routes.put("pins/{name}", "pins/dark-route");
        return routes;
    }

    private static void put(TenantCache cache, String url, String body) throws Exception {
        assertThat(cache.put(url, body.getBytes(StandardCharsets.UTF_8)).statusCode())
                .as(url)
                .isIn(200, 201);
    }

    private static Set<String> routesOfTheServer() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.narthex").stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .map(DenialIT::route)
                        .filter(route -> !route.startsWith("/api/") && !SAY_NOTHING_OF_PATHS.contains(route))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String route(JavaClass type) {
        return type.getAnnotationOfType(Path.class).value();
    }

    /** The status of each; a batch is 404 where it has no line. */
    private static Map<String, String> answers(TenantCache cache, StorePath path, Map<String, String> routes)
            throws Exception {
        Map<String, String> answers = new LinkedHashMap<>();
        for (Map.Entry<String, String> route : routes.entrySet()) {
            boolean batch = route.getKey().equals("get-narinfos-v1");
            HttpResponse<byte[]> answer = batch
                    ? cache.send(
                            "POST",
                            route.getValue(),
                            path.hash().toString().getBytes(StandardCharsets.US_ASCII),
                            cache.token())
                    : cache.get(route.getValue());
            answers.put(
                    route.getKey(), batch && answer.body().length == 0 ? "404" : Integer.toString(answer.statusCode()));
        }
        return answers;
    }

    @Test
    void deniesAllThatNeedsADeniedPathAndTakesNoMoreOfIt() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String needed = "builtins.toFile \"needed\" \"by " + cache.tenant() + "\"";
        StorePath top = store.evaluate(
                "let n = " + needed + "; m = builtins.toFile \"middle\" \"${n}\"; in builtins.toFile \"top\" \"${m}\"");
        StorePath late = store.evaluate("let n = " + needed + "; in builtins.toFile \"late\" \"${n}\"");
        StorePath same = store.evaluate("builtins.toFile \"needed1\" \"by nobody, " + cache.tenant() + "\"");
        cache.push(store, top, "zstd");
        cache.push(store, same, "zstd");

        byte[] pushed = cache.get(top.hash() + ".narinfo").body();

        JsonNode rule =
                deny(cache, "needed", "{\"pattern\":\"needed\",\"dependents\":true,\"reason\":\"it leaks\"}", 201);

        assertThat(rule.path("paths").asInt()).isEqualTo(3);
        assertThat(rule.path("remembered").asText()).contains("30 days");
        assertThat(status(cache, top)).isEqualTo(404);
        assertThat(status(cache, same)).as("a pattern is over the whole name").isEqualTo(200);
        Assertions.assertThatThrownBy(() -> cache.push(store, late, "zstd"))
                .isInstanceOf(NixFailedException.class)
                .hasMessageContaining("409")
                .hasMessageContaining("needed: it leaks");
        assertThat(cache.put(top.hash() + ".narinfo", pushed).statusCode()).isEqualTo(409);
        assertThat(Rows.ofServer()
                        .texts("select path from audit.denied where tenant = ? and rule = 'needed'", cache.tenant()))
                .hasSize(3)
                .contains(top.baseName());
        awaitEvent(cache, "denied", top);

        client.asAdministrator("DELETE", rules(cache) + "/needed");
        assertThat(status(cache, top)).isEqualTo(200);
        cache.push(store, late, "zstd");
    }

    /** What a node leaves that is killed between two pieces of a rule, or what is indexed later than what needs it. */
    @Test
    void goesOnWithARuleThatIsNotComplete() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath top = store.evaluate("let n = builtins.toFile \"begun\" \"by " + cache.tenant()
                + "\"; m = builtins.toFile \"middle\" \"${n}\"; in builtins.toFile \"top\" \"${m}\"");
        cache.push(store, top, "zstd");
        deny(cache, "begun", "{\"pattern\":\"begun\",\"dependents\":true,\"reason\":\"a test\"}", 201);
        String ofRule =
                "where denial_id = (select d.id from denial d join cache c on c.id = d.cache_id join tenant t on t.id ="
                        + " c.tenant_id where t.name = ?)";
        Rows rows = Rows.ofServer();
        rows.change(
                "delete from denied_path " + ofRule
                        + " and path_id <> (select p.id from store_path p where p.id = path_id and p.base_name like"
                        + " '%-begun')",
                cache.tenant());
        rows.change("update denied_path set spread = false " + ofRule, cache.tenant());
        assertThat(rule(cache, "begun").path("complete").asBoolean()).isFalse();

        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("deny");

        assertThat(rows.texts("select path_id::text from denied_path " + ofRule, cache.tenant()))
                .hasSize(3);
        assertThat(rule(cache, "begun").path("complete").asBoolean()).isTrue();
        assertThat(rule(cache, "begun").path("paths").asInt()).isEqualTo(3);
    }

    /**
     * Of what was promoted or indexed just now nobody has written down yet what it needs. In one transaction, which is taken back, so
     * that the job does not do that meanwhile.
     */
    @Test
    void reachesWhatWaitsForItsReferencesToBeFilledIn() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath top = store.evaluate("let n = builtins.toFile \"queued\" \"by " + cache.tenant()
                + "\"; m = builtins.toFile \"middle\" \"${n}\"; in builtins.toFile \"top\" \"${m}\"");
        cache.push(store, top, "zstd");
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("fill-edges");
        int id = number(cache);
        try (Connection connection = Rows.ofServer().connect();
                Statement s = connection.createStatement()) {
            connection.setAutoCommit(false);
            s.execute("select pg_advisory_xact_lock(hashtext('narthex-path-edges'))");
            s.execute("delete from path_edge where scope = " + id);
            // more than a rule has filled in first
            s.execute("insert into path_queue (scope, hash, name) select " + id
                    + ", substr(sha256(cast(n::text as bytea)), 1, 20), 'gone' from generate_series(1, 3100) as n");
            s.execute("insert into path_queue (scope, hash, name) select cache_id, hash, name from uploaded_path"
                    + " where cache_id = " + id);
            long rule = number(
                    s,
                    "insert into denial (cache_id, name, pattern, dependents, reason) values (" + id
                            + ", 'queued', 'queued', true, 'a test') returning id");

            s.execute("select deny_paths(" + rule + ")");
            while (number(s, "select spread_denial(" + rule + ", 20000)::integer") == 1) {
                assertThat(number(s, "select count(*) from path_queue where name = 'top' and scope = " + id))
                        .isEqualTo(1);
            }

            assertThat(number(s, "select count(*) from denied_path where denial_id = " + rule))
                    .isEqualTo(3);
            connection.rollback();
        }
    }

    /** Twenty paths need one, each of nineteen others needs one of these and the first of them; three are made dark at a time. */
    @Test
    void reachesAllInPiecesAndForgetsAllWithTheRule() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        int id = number(cache);
        try (Connection connection = Rows.ofServer().connect();
                Statement s = connection.createStatement()) {
            connection.setAutoCommit(false);
            s.execute("""
                create temporary table made on commit drop as
                select n, store_path_base_name(substr(sha256(cast('%s' || n as bytea)), 1, 20), 'piece-' || n) as base
                from generate_series(0, 39) n;
                insert into store_path (base_name) select base from made;
                insert into path_edge (referrer, scope, reference)
                select p.id, %d, r.id
                from made m
                     cross join unnest(case when m.n <= 20 then array[0] else array[1, m.n - 20] end) as e(n)
                     join made t on t.n = e.n
                     join store_path p on p.base_name = m.base
                     join store_path r on r.base_name = t.base
                where m.n > 0
                group by p.id, r.id
                """.formatted(cache.tenant(), id));
            long rule = number(
                    s,
                    "insert into denial (cache_id, name, hash, dependents, reason) select " + id
                            + ", 'pieces', substr(sha256('pieces'), 1, 20), true, 'a test' returning id");
            s.execute("insert into denied_path (denial_id, path_id, spread) select " + rule + ", p.id, false"
                    + " from made m join store_path p on p.base_name = m.base where m.n = 0");

            int pieces = 0;
            while (number(s, "select spread_denial(" + rule + ", 3)::integer") == 1) {
                pieces++;
                assertThat(number(s, "select count(*) from denied_path where not spread and denial_id = " + rule))
                        .isPositive();
            }

            assertThat(pieces).isBetween(10, 100);
            assertThat(number(s, "select count(*) from denied_path where denial_id = " + rule))
                    .isEqualTo(40);

            // changed before it was complete: what it has not come to is not its any more
            s.execute("update denied_path set spread = false where denial_id = " + rule);
            s.execute("select deny_paths(" + rule + ")");
            while (number(s, "select spread_denial(" + rule + ", 3)::integer") == 1) {
                // goes on
            }
            assertThat(number(s, "select count(*) from denied_path where denial_id = " + rule))
                    .isZero();

            s.execute("insert into denied_path (denial_id, path_id, spread) select " + rule + ", p.id, false"
                    + " from made m join store_path p on p.base_name = m.base");
            s.execute("delete from denial where id = " + rule);
            assertThat(number(s, "select count(*) from denied_path where denial_id = " + rule))
                    .isZero();
            connection.rollback();
        }
    }

    private static int number(TenantCache cache) throws Exception {
        return Integer.parseInt(Rows.ofServer()
                .texts("select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?", cache.tenant())
                .getFirst());
    }

    private static long number(Statement s, String sql) throws SQLException {
        try (ResultSet r = s.executeQuery(sql)) {
            r.next();
            return r.getLong(1);
        }
    }

    /** What is indexed after the rule was made is another path of the same contents, and one that needs it. */
    @Test
    void deniesWhatIsIndexedLaterAndNeedsDeniedContents() throws Exception {
        String text = "by nobody " + System.nanoTime();
        ServerJobs jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
        StorePath known = store.evaluate("builtins.toFile \"known\" \"" + text + "\"");
        jobs.run("reindex");
        String narInfo = client.get("/" + known.hash() + ".narinfo").body();
        String narHash = NarInfoReader.read(narInfo.getBytes(StandardCharsets.US_ASCII))
                .narHash()
                .toSri();
        String url = "/api/v1/tenants/default/caches/default/denied/contents";
        assertThat(client.asAdministrator(
                                "PUT",
                                url,
                                "{\"narHash\":\"" + narHash + "\",\"dependents\":true,\"reason\":\"a test\"}")
                        .statusCode())
                .isEqualTo(201);

        StorePath top = store.evaluate("let o = builtins.toFile \"other\" \"" + text
                + "\"; m = builtins.toFile \"middle\" \"${o}\"; in builtins.toFile \"top\" \"${m}\"");
        jobs.run("reindex");
        jobs.run("fill-edges");

        Await.until("404", () -> client.get("/" + top.hash() + ".narinfo").statusCode() == 404);
        assertThat(client.asAdministrator("DELETE", url).statusCode()).isEqualTo(204);
        Await.until("200", () -> client.get("/" + top.hash() + ".narinfo").statusCode() == 200);
    }

    @Test
    void deniesByAChangedRuleTheOthersAlone() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath one = store.evaluate("let n = builtins.toFile \"first\" \"by " + cache.tenant()
                + "\"; in builtins.toFile \"needs-first\" \"${n}\"");
        StorePath other = store.evaluate("let n = builtins.toFile \"second\" \"by " + cache.tenant()
                + "\"; in builtins.toFile \"needs-second\" \"${n}\"");
        cache.push(store, one, "zstd");
        cache.push(store, other, "zstd");
        String body = "\"dependents\":true,\"reason\":\"a test\"}";
        deny(cache, "changed", "{\"pattern\":\"first\"," + body, 201);
        assertThat(List.of(status(cache, one), status(cache, other))).containsExactly(404, 200);

        JsonNode rule = deny(cache, "changed", "{\"pattern\":\"second\"," + body, 200);

        assertThat(rule.path("paths").asInt()).isEqualTo(2);
        assertThat(List.of(status(cache, one), status(cache, other))).containsExactly(200, 404);

        // dependents alone: the path itself stays dark
        deny(cache, "changed", "{\"pattern\":\"second\",\"dependents\":false,\"reason\":\"a test\"}", 200);
        assertThat(List.of(status(cache, one), status(cache, other))).containsExactly(200, 200);
    }

    private JsonNode rule(TenantCache cache, String name) throws Exception {
        return JSON.readTree(
                client.asAdministrator("GET", rules(cache) + "/" + name).body());
    }

    private static void awaitEvent(TenantCache cache, String outcome, StorePath path) throws Exception {
        List<String> found = List.of();
        for (int i = 0; i < 600 && found.isEmpty(); i++) {
            Thread.sleep(100);
            found = Rows.ofServer()
                    .texts(
                            "select outcome from audit_event where action = 'path-denied' and tenant = ? and path = ?",
                            cache.tenant(),
                            path.baseName());
        }
        assertThat(found).as(outcome).isNotEmpty().containsOnly("refused");
    }

    @Test
    void deniesContentsUnderWhateverName() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath one = store.add("contents-one", "the same " + cache.tenant());
        StorePath other = store.add("contents-other", "the same " + cache.tenant());
        cache.push(store, one, "none");
        String narHash = NarInfoReader.read(cache.get(one.hash() + ".narinfo").body())
                .narHash()
                .toSri();

        deny(cache, "contents", "{\"narHash\":\"" + narHash + "\",\"reason\":\"known malware\"}", 201);

        assertThat(status(cache, one)).isEqualTo(404);
        Assertions.assertThatThrownBy(() -> cache.push(store, other, "none"))
                .isInstanceOf(NixFailedException.class)
                .hasMessageContaining("known malware");
    }

    @Test
    void leavesANarThatAnotherPathNames() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath one = store.add("shared-one", "the same file " + cache.tenant());
        StorePath other = store.add("shared-other", "the same file " + cache.tenant());
        cache.push(store, one, "none");
        cache.push(store, other, "none");
        String url =
                NarInfoReader.read(cache.get(one.hash() + ".narinfo").body()).url();

        deny(cache, "one", "{\"hash\":\"" + one.hash() + "\",\"reason\":\"one of two\"}", 201);
        assertThat(status(cache, one)).isEqualTo(404);
        assertThat(cache.get(url).statusCode()).isEqualTo(200);

        deny(cache, "other", "{\"hash\":\"" + other.hash() + "\",\"reason\":\"the other too\"}", 201);
        assertThat(cache.get(url).statusCode()).isEqualTo(404);
    }

    @Test
    void saysBeforehandWhatWouldGoDarkAndWhoFetchedIt() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("would-be", "dark " + cache.tenant());
        cache.push(store, path, "none");
        cache.get(NarInfoReader.read(cache.get(path.hash() + ".narinfo").body()).url());
        JsonNode effect = JSON.createObjectNode();
        for (int i = 0; i < 600 && !effect.path("pulls").has(0); i++) {
            Thread.sleep(100);
            effect = JSON.readTree(client.asAdministrator(
                            "PUT", rules(cache) + "/dry?dryRun=true", "{\"pattern\":\"would-*\",\"reason\":\"dry\"}")
                    .body());
        }

        assertThat(effect.path("paths").asInt()).isEqualTo(1);
        assertThat(effect.path("names").path(0).asText()).isEqualTo(path.baseName());
        assertThat(effect.path("pulls").path(0).path("path").asText()).isEqualTo(path.baseName());
        assertThat(effect.path("pulls").path(0).path("token").asText())
                .isEqualTo(cache.token().split("_", -1)[1]);
        assertThat(status(cache, path)).isEqualTo(200);
        assertThat(client.asAdministrator("GET", rules(cache) + "/dry").statusCode())
                .isEqualTo(404);
    }

    @Test
    void cutsABodyThatIsBeingSent() throws Exception {
        TenantCache cache = TenantCache.make("{\"visibility\":\"public\"}");
        byte[] contents = new byte[32 << 20];
        new Random(1).nextBytes(contents);
        StorePath path = store.add("being-sent", contents);
        cache.push(store, path, "none");
        String url =
                NarInfoReader.read(cache.get(path.hash() + ".narinfo").body()).url();
        URI uri = URI.create(cache.url() + "/" + url);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setReceiveBufferSize(64 << 10);
            socket.getOutputStream()
                    .write(("GET " + uri.getPath() + " HTTP/1.1\r\nHost: it\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream body = socket.getInputStream();
            assertThat(new String(body.readNBytes(15), StandardCharsets.US_ASCII))
                    .contains("200");

            deny(cache, "sent", "{\"hash\":\"" + path.hash() + "\",\"reason\":\"while it is sent\"}", 201);
            Thread.sleep(2_000);

            assertThat(rest(body)).isLessThan(contents.length);
        }
    }

    private static long rest(InputStream body) {
        long count = 0;
        byte[] buffer = new byte[1 << 16];
        try {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                count += n;
            }
        } catch (IOException e) {
            return count; // reset: what came is what there is
        }
        return count;
    }

    @Test
    void isTheServersToLiftWhereTheServerDenies() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String name = "denied-by-server-" + cache.tenant();
        StorePath path = store.add(name, "in every cache");
        cache.push(store, path, "none");
        String url = "/api/v1/denied/" + cache.tenant();
        assertThat(client.asAdministrator("PUT", url, "{\"pattern\":\"" + name + "\",\"reason\":\"everywhere\"}")
                        .statusCode())
                .isEqualTo(201);

        assertThat(status(cache, path)).isEqualTo(404);
        assertThat(client.get("/" + path.hash() + ".narinfo").statusCode()).isEqualTo(404);
        String tenants = cache.newToken("\"deny\"");
        assertThat(client.as(tenants, "DELETE", url, "").statusCode()).isEqualTo(403);
        assertThat(client.as(tenants, "DELETE", rules(cache) + "/" + cache.tenant(), "")
                        .statusCode())
                .isEqualTo(404);

        assertThat(client.asAdministrator("DELETE", url).statusCode()).isEqualTo(204);
        assertThat(status(cache, path)).isEqualTo(200);
        assertThat(client.get("/" + path.hash() + ".narinfo").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesARuleThatSaysTooLittleOrTooMuch() throws Exception {
        TenantCache cache = TenantCache.make("{}");

        assertThat(deny(cache, "x", "{\"reason\":\"of what?\"}", 400)
                        .path("detail")
                        .asText())
                .contains("one of pattern, hash and narHash");
        assertThat(deny(cache, "x", "{\"pattern\":\"a\"}", 400).path("detail").asText())
                .contains("reason");
        deny(cache, "x", "{\"pattern\":\"a\",\"hash\":\"" + "0".repeat(32) + "\",\"reason\":\"both\"}", 400);
        deny(cache, "x", "{\"pattern\":\"a/b\",\"reason\":\"no name\"}", 400);
        deny(cache, "x", "{\"pattern\":\"a\",\"reason\":\"over\",\"until\":\"2020-01-01T00:00:00Z\"}", 400);
        deny(cache, "X", "{\"pattern\":\"a\",\"reason\":\"no name of a rule\"}", 400);
    }

    private static String rules(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied";
    }

    private static int status(TenantCache cache, StorePath path) throws Exception {
        return cache.get(path.hash() + ".narinfo").statusCode();
    }

    private JsonNode deny(TenantCache cache, String rule, String json, int status) throws Exception {
        String token = cache.newToken("\"deny\"");
        HttpResponse<String> answer = client.as(token, "PUT", rules(cache) + "/" + rule, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }
}
