package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every change, refusal and read leaves its row, and a change that did not come to be leaves none. */
@ExtendWith(SharedServer.class)
class AuditIT {
    private static final String ACTIONS =
            "select action, outcome, actor from audit_event where tenant = ? and outcome = 'ok' order by id";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final ApiClient client = new ApiClient("");
    private TenantCache cache;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
    }

    @Test
    void recordsEachChangeWithWhoMadeIt() throws Exception {
        StorePath path = push("recorded");
        String hash = path.hash().toString();
        client.as(cache.token(), "DELETE", paths() + "/" + hash, "");
        JsonNode made = ApiClient.json(client.asAdministrator("POST", tenant() + "/tokens", "{\"scopes\":[\"pull\"]}"));
        client.asAdministrator("DELETE", tenant() + "/tokens/" + made.path("id").asText());
        client.asAdministrator("PUT", tenant() + "/caches/ci", "{\"visibility\":\"public\"}");
        cache.put("log/" + hash + "-x.drv", "built".getBytes(StandardCharsets.UTF_8));
        client.asAdministrator("DELETE", tenant() + "/caches/ci");
        client.asAdministrator("DELETE", tenant());

        assertThat(AuditRows.rows(ACTIONS + ", action", cache.tenant()))
                .filteredOn(row -> !row.startsWith("key-"))
                .containsExactly(
                        "tenant-created|ok|administrator",
                        "cache-created|ok|administrator",
                        "token-created|ok|administrator",
                        "path-published|ok|token",
                        "path-deleted|ok|token",
                        "token-created|ok|administrator",
                        "token-revoked|ok|administrator",
                        "cache-changed|ok|administrator",
                        "document-published|ok|token",
                        "cache-deleted|ok|administrator",
                        "tenant-deleted|ok|administrator");
        assertThat(AuditRows.rows(
                        "select token_id, host(address), length(request_id), cache, path from audit_event"
                                + " where tenant = ? and action = 'path-published'",
                        cache.tenant()))
                .containsExactly(cache.token().split("_", -1)[1] + "|127.0.0.1|16|ci|" + path.baseName());
        assertThat(AuditRows.rows(
                        "select detail->'settings'->'visibility' from audit_event"
                                + " where tenant = ? and action = 'cache-changed'",
                        cache.tenant()))
                .containsExactly("{\"to\": \"public\", \"from\": \"private\"}");
    }

    @Test
    void namesTheRequestThatPublishedAPathAndTheOneThatDidNot() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"named\" \"" + cache.tenant() + "\"");
        byte[] nar = builder.dump(path);
        String hash =
                NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(nar)).nix32();
        String truth = "StorePath: " + NixStore.path(path) + "\nURL: nar/" + hash + ".nar\nCompression: none\nNarHash:"
                + " sha256:" + hash + "\nNarSize: " + nar.length + "\nReferences: \n";
        String lie = truth.replace("NarSize: ", "NarSize: 1");

        assertThat(cache.put("nar/" + hash + ".nar", nar).statusCode()).isEqualTo(201);
        HttpResponse<byte[]> refused = cache.put(path.hash() + ".narinfo", lie.getBytes(StandardCharsets.US_ASCII));
        HttpResponse<byte[]> made = cache.put(path.hash() + ".narinfo", truth.getBytes(StandardCharsets.US_ASCII));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(made.statusCode()).isEqualTo(201);
        String who = "|token|" + cache.token().split("_", -1)[1] + "|127.0.0.1";
        assertThat(AuditRows.await(
                        2,
                        "select action, request_id, actor, token_id, host(address) from audit_event"
                                + " where tenant = ? and action in ('path-published', 'push-refused') order by action",
                        cache.tenant()))
                .containsExactly("path-published|" + requestId(made) + who, "push-refused|" + requestId(refused) + who);
    }

    private static String requestId(HttpResponse<?> answer) {
        return answer.headers().firstValue("X-Request-Id").orElseThrow();
    }

    @Test
    void recordsNoChangeThatChangedNothing() throws Exception {
        client.asAdministrator("PUT", tenant(), "{}");
        client.asAdministrator("PUT", tenant() + "/caches/ci", "{}");
        StorePath path = push("unchanged");
        HttpResponse<byte[]> again = cache.put(path.hash() + ".narinfo", narInfo(path));

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(AuditRows.rows(ACTIONS, cache.tenant()))
                .filteredOn(row -> !row.startsWith("key-"))
                .hasSize(4);
    }

    /** Where the transaction of a publication fails: at each table it writes, and at its very end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "before insert on uploaded_path",
                "after insert on uploaded_path",
                "after insert on upload_signature",
                "after insert on change",
                "before insert on audit_event",
                "after insert on audit_event",
                "constraint after insert on uploaded_path",
                "constraint after insert on audit_event"
            })
    void leavesNeitherPathNorEventOfAPublicationThatFails(String step) throws Exception {
        StorePath path = push("failing");
        byte[] narInfo = narInfo(path);
        client.as(cache.token(), "DELETE", paths() + "/" + path.hash(), "");
        long before = count(path);

        HttpResponse<byte[]> failed = failingAt(step, () -> cache.put(path.hash() + ".narinfo", narInfo));

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(count(path)).isEqualTo(before);
        assertThat(cache.get(path.hash() + ".narinfo").statusCode()).isEqualTo(404);
        assertThat(AuditRows.rows(
                        "select 1 from uploaded_path where name = ? and hash = ?",
                        path.name(),
                        path.hash().toBytes()))
                .isEmpty();

        assertThat(cache.put(path.hash() + ".narinfo", narInfo).statusCode()).isEqualTo(201);
        assertThat(count(path)).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after insert on tenant",
                "after insert on change",
                "after insert on audit_event",
                "constraint after insert on tenant",
                "constraint after insert on audit_event"
            })
    void leavesNeitherTenantNorEventOfAMakingThatFails(String step) throws Exception {
        String name = cache.tenant() + "-failed";

        HttpResponse<String> failed =
                failingAt(step, () -> client.asAdministrator("PUT", "/api/v1/tenants/" + name, "{}"));

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(AuditRows.rows("select 1 from tenant where name = ?", name)).isEmpty();
        assertThat(AuditRows.rows("select 1 from audit_event where tenant = ?", name))
                .isEmpty();
    }

    @Test
    void recordsARefusalWithItsReasonAndRepeatedOnesAsOne() throws Exception {
        String pull = cache.newToken("\"pull\"");
        for (int i = 0; i < 5; i++) {
            client.as(pull, "DELETE", paths() + "/" + "0".repeat(32), "");
        }

        assertThat(AuditRows.await(
                        1,
                        "select count, token_id, cache, reason from audit_event"
                                + " where tenant = ? and action = 'access-refused'",
                        cache.tenant()))
                .containsExactly("5|" + pull.split("_", -1)[1] + "|ci|The token may not delete from " + cache.tenant()
                        + "/ci: its scopes are pull");
    }

    @Test
    void recordsWrongTokensByAddressAndNobodyWithoutOne() throws Exception {
        cache.send("GET", "nix-cache-info", new byte[0], "");
        String wrong = cache.token().substring(0, 50) + "0123456789";
        cache.send("GET", "nix-cache-info", new byte[0], wrong);
        cache.send("GET", "nix-cache-info", new byte[0], wrong + "1");

        assertThat(AuditRows.await(
                        1,
                        "select count, actor, host(address), reason from audit_event"
                                + " where tenant = ? and outcome = 'refused'",
                        cache.tenant()))
                .containsExactly("2|anonymous|127.0.0.1|The token is not one of this server");
    }

    @Test
    void recordsWhatNoDatabaseKeepsAndWhatComesBehindIt() throws Exception {
        String token = cache.newToken("\"pull\"");
        client.as(token, "PUT", "/api/v1/tenants/a%00b/caches/c", "{}");
        client.as(token, "DELETE", paths() + "/" + "0".repeat(32), "");

        assertThat(AuditRows.await(
                        2,
                        "select detail->>'url' from audit_event where tenant = ? and outcome = 'refused' order by 1",
                        cache.tenant()))
                .containsExactly("/api/v1/tenants/a\uFFFDb/caches/c", paths() + "/" + "0".repeat(32));
    }

    @Test
    void recordsTheOthersWhereOneCannotBeWritten() throws Exception {
        String token = cache.newToken("\"pull\"");
        AuditRows.execute(
                "create function never() returns trigger language plpgsql as $$ begin"
                        + " raise exception 'not this one' using errcode = 'check_violation'; end $$",
                "create trigger never before insert on audit_event for each row when (new.tenant = '" + cache.tenant()
                        + "' and new.action = 'push-refused') execute function never()");
        try {
            cache.put("nar/" + "0".repeat(52) + ".nar", new byte[] {1, 2, 3});
            Thread.sleep(3_000); // it is written when none has followed for two seconds
            client.as(token, "PUT", tenant() + "/caches/other", "{}");
            client.as(token, "POST", tenant() + "/tokens", "{}");
            client.as(token, "DELETE", paths() + "/" + "0".repeat(32), "");

            assertThat(AuditRows.await(
                            3,
                            "select action, count from audit_event where tenant = ? and outcome = 'refused'",
                            cache.tenant()))
                    .containsExactly("access-refused|1", "access-refused|1", "access-refused|1");
        } finally {
            AuditRows.execute("drop trigger never on audit_event", "drop function never()");
        }
    }

    @Test
    void recordsAPushThatWasRefusedOnce() throws Exception {
        cache.put("nar/" + "0".repeat(52) + ".nar", new byte[] {1, 2, 3});

        assertThat(AuditRows.await(
                        1,
                        "select action, detail->>'kind' from audit_event where tenant = ? and outcome = 'refused'",
                        cache.tenant()))
                .containsExactly("push-refused|not-a-nar");
    }

    @Test
    void writesDownDownloadsAndCountsNarinfos() throws Exception {
        StorePath path = push("read");
        String nar = new String(narInfo(path), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("URL: "))
                .findFirst()
                .orElseThrow()
                .substring(5);
        cache.get(path.hash() + ".narinfo");
        cache.get("0".repeat(32) + ".narinfo");
        int length = cache.get(nar).body().length;
        cache.send("GET", nar, new byte[0], cache.token(), "Range", "bytes=0-9");
        client.asAdministrator("GET", "/" + cache.tenant() + "/ci/" + nar);
        cache.send("HEAD", nar, new byte[0], cache.token());

        String token = cache.token().split("_", -1)[1];
        assertThat(AuditRows.await(
                        3,
                        "select d.path, d.token_id, host(d.address), d.bytes_sent, d.complete from nar_download d"
                                + " join tenant t on t.id = d.tenant_id where t.name = ?",
                        cache.tenant()))
                .containsExactlyInAnyOrder(
                        path.baseName() + "|" + token + "|127.0.0.1|" + length + "|t",
                        path.baseName() + "|" + token + "|127.0.0.1|10|f",
                        path.baseName() + "|administrator|127.0.0.1|" + length + "|t");
        // one by Nix before it pushed, of the path, and one of the hash of zeros
        assertThat(AuditRows.await(
                        1,
                        "select h.path, sum(h.hits) >= 2 from narinfo_hour h join tenant t on t.id = h.tenant_id"
                                + " where t.name = ? group by 1",
                        cache.tenant()))
                .containsExactly(path.baseName() + "|t");
        assertThat(AuditRows.await(
                        1,
                        "select sum(m.misses) >= 1 from narinfo_miss_hour m join tenant t on t.id = m.tenant_id"
                                + " where t.name = ? having count(*) > 0",
                        cache.tenant()))
                .containsExactly("t");
    }

    private interface Attempt<T> {
        T run() throws Exception;
    }

    /** Lets each such statement fail while something is tried, in this tenant's or the server's rows alone. */
    private static <T> T failingAt(String step, Attempt<T> attempt) throws Exception {
        boolean atTheEnd = step.startsWith("constraint ");
        String event = atTheEnd ? step.substring("constraint ".length()) : step;
        String table = event.substring(event.lastIndexOf(' ') + 1);
        AuditRows.execute(
                "create or replace function it_fail() returns trigger language plpgsql as"
                        + " 'begin raise exception ''failed by a test''; end'",
                atTheEnd
                        ? "create constraint trigger it_fail " + event + " deferrable initially deferred"
                                + " for each row execute function it_fail()"
                        : "create trigger it_fail " + event + " for each row execute function it_fail()");
        try {
            return attempt.run();
        } finally {
            AuditRows.execute("drop trigger it_fail on " + table, "drop function it_fail()");
        }
    }

    private static long count(StorePath path) throws SQLException {
        return Long.parseLong(AuditRows.rows(
                        "select count(*) from audit_event where path = ? and action = 'path-published'",
                        path.baseName())
                .getFirst());
    }

    private String tenant() {
        return "/api/v1/tenants/" + cache.tenant();
    }

    private String paths() {
        return tenant() + "/caches/ci/paths";
    }

    private byte[] narInfo(StorePath path) throws Exception {
        HttpResponse<byte[]> answer = cache.get(path.hash() + ".narinfo");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private StorePath push(String name) throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"" + name + "\" \"" + name + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        return path;
    }
}
