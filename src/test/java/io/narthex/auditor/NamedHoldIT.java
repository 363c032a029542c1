package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is under a legal hold goes by no way. */
@ExtendWith(SharedServer.class)
class NamedHoldIT {
    private final ApiClient client = new ApiClient("");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private TenantCache cache;
    private NixStore builder;
    private StorePath needed;
    private StorePath needing;
    private String tenant;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void push() throws Exception {
        cache = TenantCache.make("{}");
        tenant = "/api/v1/tenants/" + cache.tenant();
        builder = NixStore.in(directory.resolve("builder"));
        needed = builder.evaluate("builtins.toFile \"needed\" \"by " + cache.tenant() + "\"");
        needing = builder.evaluate(
                "builtins.toFile \"needing\" \"" + "${builtins.toFile \"needed\" \"by " + cache.tenant() + "\"}\"");
        cache.push(builder, needing, "none");
    }

    private int send(String method, String path, String body) throws Exception {
        return client.asAdministrator(method, path, body).statusCode();
    }

    private int delete(StorePath path) throws Exception {
        return send("DELETE", tenant + "/caches/ci/paths/" + path.hash() + "?force=true", "");
    }

    private void hold(String name, String body) throws Exception {
        assertThat(send("PUT", tenant + "/legal-holds/" + name, body)).isEqualTo(201);
    }

    @Test
    void keepsTheClosureOfAPath() throws Exception {
        hold("case-17", "{\"cache\":\"ci\",\"path\":\"" + NixStore.path(needing) + "\",\"reason\":\"court\"}");
        HttpResponse<String> refused =
                client.asAdministrator("DELETE", tenant + "/caches/ci/paths/" + needed.hash() + "?force=true", "");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("The path is under a legal hold");
        assertThat(delete(needing)).isEqualTo(409);
        assertThat(send("DELETE", tenant + "/legal-holds/case-17", "")).isEqualTo(204);
        assertThat(delete(needing)).isEqualTo(204);
        assertThat(delete(needed)).isEqualTo(204);
    }

    @Test
    void letsGoWhatAHeldPathDoesNotNeed() throws Exception {
        hold("needed", "{\"path\":\"" + NixStore.path(needed) + "\"}");
        assertThat(delete(needing)).isEqualTo(204);
        assertThat(delete(needed)).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"cache\":\"ci\"}", "{}"})
    void keepsACacheAndItsTenant(String body) throws Exception {
        hold("all", body);
        assertThat(delete(needing)).isEqualTo(409);
        assertThat(send("DELETE", tenant + "/caches/ci", "")).isEqualTo(409);
        assertThat(send("DELETE", tenant, "")).isEqualTo(409);
        assertThat(send("DELETE", tenant + "/legal-holds/all", "")).isEqualTo(204);
        assertThat(send("DELETE", tenant + "/caches/ci", "")).isEqualTo(204);
        assertThat(send("DELETE", tenant, "")).isEqualTo(204);
    }

    @Test
    void keepsWhatATenantHoldsThatIsHeldAsAWhole() throws Exception {
        assertThat(send("PUT", tenant + "/legal-hold", "{}")).isEqualTo(201);
        assertThat(delete(needing)).isEqualTo(409);
        assertThat(send("DELETE", tenant, "")).isEqualTo(409);
        assertThat(send("DELETE", tenant + "/legal-hold", "")).isEqualTo(204);
        assertThat(delete(needing)).isEqualTo(204);
    }

    /** Whoever does not ask meets the function that removes. */
    @Test
    void isCheckedByWhatRemoves() throws Exception {
        hold("case-17", "{\"cache\":\"ci\",\"path\":\"" + NixStore.path(needing) + "\"}");
        assertThatThrownBy(() -> Rows.ofApplication()
                        .texts(
                                "select count(*) from remove_uploaded_paths(array(select p.id from uploaded_path p"
                                        + " join cache c on c.id = p.cache_id join tenant t on t.id = c.tenant_id"
                                        + " where t.name = ?), null, 'deleted')",
                                cache.tenant()))
                .hasMessageContaining("under a legal hold");
    }

    /** A file that nobody claims goes after a day, and one that is held does not. */
    @Test
    void keepsFilesThatWait() throws Exception {
        hold("all", "{\"cache\":\"ci\"}");
        String staged =
                "staged_nar s using cache c, tenant t where c.id = s.cache_id and t.id = c.tenant_id and t.name = ?";
        Rows.ofServer()
                .change(
                        "update staged_nar set received_at = now() - interval '3 days' where cache_id in (select c.id"
                                + " from cache c join tenant t on t.id = c.tenant_id where t.name = ?)",
                        cache.tenant());
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("sweep");
        assertThat(Rows.ofServer().change("delete from " + staged, cache.tenant()))
                .isEqualTo(2);
    }

    @Test
    void showsAndRecordsWhatIsHeld() throws Exception {
        hold("case-17", "{\"cache\":\"ci\",\"path\":\"" + needing.baseName() + "\",\"reason\":\"court\"}");
        HttpResponse<String> shown = client.asAdministrator("GET", tenant + "/legal-holds/case-17");
        assertThat(shown.body())
                .contains("\"cache\":\"ci\"", "\"pin\":null", "\"reason\":\"court\"", NixStore.path(needing));
        assertThat(send("PUT", tenant + "/legal-holds/case-17", shown.body())).isEqualTo(200);
        assertThat(client.asAdministrator("GET", tenant + "/legal-holds").body())
                .contains("case-17");
        send("DELETE", tenant + "/legal-holds/case-17", "");
        assertThat(Rows.ofServer()
                        .texts(
                                "select action from audit_event where tenant = ? and action like 'legal-hold%' order"
                                        + " by id",
                                cache.tenant()))
                .containsExactly("legal-hold-set", "legal-hold-released");
    }

    @Test
    void doesNotChangeWhatAHoldOfThatNameHolds() throws Exception {
        hold("case-17", "{\"path\":\"" + NixStore.path(needing) + "\"}");
        assertThat(send("PUT", tenant + "/legal-holds/case-17", "{\"path\":\"" + NixStore.path(needed) + "\"}"))
                .isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "case-17 | {\"cache\":\"none\"}                                        | 409",
                "case-17 | {\"cache\":\"A cache\"}                                     | 400",
                "case-17 | {\"cache\":\"ci\",\"pin\":\"none\"}                         | 409",
                "case-17 | {\"pin\":\"none\"}                                          | 400",
                "case-17 | {\"path\":\"/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x\"} | 409",
                "case-17 | {\"path\":\"/etc/passwd\"}                                  | 400",
                "case-17 | {\"closure\":true}                                          | 400",
                "-x      | {}                                                          | 400"
            })
    void namesWhatIsWrong(String name, String body, int status) throws Exception {
        assertThat(send("PUT", tenant + "/legal-holds/" + name, body)).isEqualTo(status);
    }

    @Test
    void isNoneWhereNoneWasSet() throws Exception {
        for (String method : List.of("GET", "DELETE")) {
            assertThat(send(method, tenant + "/legal-holds/none", "")).isEqualTo(404);
        }
    }
}
