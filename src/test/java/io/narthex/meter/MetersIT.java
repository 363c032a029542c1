package io.narthex.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers at {@code /metrics} follow what happens. */
@ExtendWith(SharedServer.class)
class MetersIT {
    private static final Pattern FAMILY = Pattern.compile("^# TYPE (narthex_\\w+) ", Pattern.MULTILINE);
    private static final Pattern DOCUMENTED = Pattern.compile("^\\| `(narthex_\\w+)`", Pattern.MULTILINE);

    @Test
    void documentsEveryMeterAndNoOther() throws Exception {
        assertThat(names(DOCUMENTED, Files.readString(Path.of("src/docs/metrics.md"))))
                .isEqualTo(names(FAMILY, Numbers.now().text()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "narthex_http_requests_total{kind=\"narinfo\",status=\"503\"}",
                "narthex_push_refusals_total{reason=\"no-room\"}",
                "narthex_access_refusals_total{reason=\"token-revoked\"}",
                "narthex_job_runs_total{job=\"purge\",outcome=\"failed\"}",
                "narthex_streams_waiting{direction=\"upload\"}"
            })
    void hasEverySeriesAlsoOfWhatNeverHappened(String series) throws Exception {
        assertThat(Numbers.now().get(series)).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(strings = {"undertow_", "jpa_", "transactions_", "ejb3_", "ee_", "jca_"})
    void showsNothingThatNobodyMeasures(String beginning) throws Exception {
        assertThat(Numbers.now().text().lines()).noneMatch(line -> line.startsWith(beginning));
    }

    @Test
    void namesNoTenant() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        cache.get("nix-cache-info");

        assertThat(Numbers.now().text()).doesNotContain(cache.tenant());
    }

    @Test
    void measuresTheConnectionPool() throws Exception {
        assertThat(Numbers.now().text())
                .containsPattern("(?m)^datasources_pool_created_count\\{[^}]*NarthexDS[^}]*} [1-9]");
    }

    @Test
    void knowsTheFreeDisk() throws Exception {
        assertThat(Numbers.now().get("narthex_disk_free_bytes{directory=\"home\"}"))
                .isPositive();
        assertThat(Numbers.now().get("narthex_blob_room_bytes")).isPositive();
    }

    @Test
    void countsAPushAndWhatIsFetchedOfIt(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"counted\" \"of " + cache.tenant() + "\"");
        Numbers before = Numbers.now();

        cache.push(builder, path, "none");
        byte[] narinfo = cache.get(path.hash() + ".narinfo").body();
        cache.get("0".repeat(32) + ".narinfo");

        before.awaitMore("narthex_pushes_total{kind=\"push-nar\"}", 1);
        before.awaitMore("narthex_pushes_total{kind=\"push-narinfo\"}", 1);
        before.awaitMore("narthex_http_requests_total{kind=\"push-narinfo\",status=\"201\"}", 1);
        before.awaitMore("narthex_http_received_bytes_total{kind=\"push-nar\"}", builder.dump(path).length);
        before.awaitMore("narthex_http_requests_total{kind=\"narinfo\",status=\"200\"}", 1);
        before.awaitMore("narthex_http_requests_total{kind=\"narinfo\",status=\"404\"}", 1);
        before.awaitMore("narthex_http_sent_bytes_total{kind=\"narinfo\"}", narinfo.length);
        before.awaitMore("narthex_http_request_duration_seconds_count{kind=\"narinfo\"}", 2);
        before.awaitMore("narthex_http_request_duration_seconds_bucket{kind=\"narinfo\",le=\"+Inf\"}", 2);
    }

    @Test
    void countsRefusalsByReason() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        Numbers before = Numbers.now();

        assertThat(cache.put("nar/" + "0".repeat(52) + ".nar", new byte[] {1}).statusCode())
                .isEqualTo(400);
        assertThat(cache.send("GET", "nix-cache-info", new byte[0], "no-such-token")
                        .statusCode())
                .isEqualTo(401);

        before.awaitMore("narthex_push_refusals_total{reason=\"not-a-nar\"}", 1);
        before.awaitMore("narthex_access_refusals_total{reason=\"token-wrong\"}", 1);
    }

    @Test
    void countsRunsOfJobs() throws Exception {
        Numbers before = Numbers.now();

        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("sweep");

        before.awaitMore("narthex_job_runs_total{job=\"sweep\",outcome=\"succeeded\"}", 1);
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
