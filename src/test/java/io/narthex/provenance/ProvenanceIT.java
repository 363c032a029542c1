package io.narthex.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.trust.ExchangedToken;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which build pushed a path, as those verify it who know nothing of Narthex. */
@ExtendWith(SharedServer.class)
class ProvenanceIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PYTHON = Path.of("target/python/bin/python");
    private static final Path VERIFY = Path.of("src/test/resources/provenance/verify.py");

    private final ApiClient client = new ApiClient("");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each
    private TenantCache cache;

    @SuppressWarnings("NullAway.Init")
    private StorePath path;

    @BeforeEach
    void push() throws Exception {
        cache = TenantCache.make("{}");
        String token = ExchangedToken.of(cache);
        NixStore builder = NixStore.in(directory.resolve("builder"));
        path = builder.evaluate("builtins.toFile \"built\" \"" + cache.tenant() + "\"");
        builder.run(
                "nix",
                "copy",
                "--from",
                builder.uri(),
                "--to",
                cache.url().replace("http://", "http://any:" + token + "@"),
                NixStore.path(path));
    }

    private HttpResponse<String> provenance(StorePath of) throws Exception {
        return client.as(
                cache.token(),
                "GET",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + of.hash() + "/provenance",
                "");
    }

    /** What the envelope holds, if the library of in-toto finds it signed by each of the keys. */
    private String verified(String envelope, String... keys) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("envelope.json"), envelope);
        List<String> command = new ArrayList<>(List.of(PYTHON.toString(), VERIFY.toString(), file.toString()));
        command.addAll(Arrays.asList(keys));
        Process verifier = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(verifier.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (verifier.waitFor() != 0) {
            throw new IOException(said);
        }
        return said;
    }

    @Test
    void isVerifiedByTheLibraryOfInToto() throws Exception {
        HttpResponse<String> answer = provenance(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.dsse.envelope.v1+json");

        String[] said = verified(answer.body(), cache.keys()).split("\n", 2);

        assertThat(said[0]).isEqualTo("application/vnd.in-toto+json");
        JsonNode statement = JSON.readTree(said[1]);
        assertThat(statement.path("_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.path("predicateType").asText()).isEqualTo("https://slsa.dev/provenance/v1");
        JsonNode subject = statement.path("subject").path(0);
        assertThat(subject.path("name").asText()).isEqualTo(path.baseName());
        String narHash = Rows.ofServer()
                .texts(
                        "select encode(nar_hash, 'base64') from uploaded_path where name = ? and cache_id ="
                                + " (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)",
                        path.name(),
                        cache.tenant())
                .getFirst();
        assertThat(subject.path("digest").path("sha256").asText())
                .isEqualTo(HexFormat.of().formatHex(Base64.getDecoder().decode(narHash)));
        JsonNode definition = statement.path("predicate").path("buildDefinition");
        assertThat(definition.path("externalParameters").path("repository").asText())
                .isEqualTo("acme/app");
        assertThat(definition.path("externalParameters").path("commit").asText())
                .isEqualTo("c0ffee");
        assertThat(definition.path("externalParameters").path("claims").has("actor"))
                .isFalse();
        assertThat(definition.path("internalParameters").path("cache").asText()).isEqualTo(cache.tenant() + "/ci");
        JsonNode run = statement.path("predicate").path("runDetails");
        assertThat(run.path("builder").path("id").asText()).startsWith("https://");
        assertThat(run.path("metadata").path("invocationId").asText()).isEqualTo("77");
    }

    @Test
    void isNotVerifiedWhereAnythingIsChanged() throws Exception {
        ObjectNode envelope = (ObjectNode) JSON.readTree(provenance(path).body());
        String statement =
                new String(Base64.getDecoder().decode(envelope.path("payload").asText()), StandardCharsets.UTF_8);
        envelope.put(
                "payload",
                Base64.getEncoder()
                        .encodeToString(statement.replace("c0ffee", "decafe").getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> verified(envelope.toString(), cache.keys()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("VerificationError");
    }

    @Test
    void isNoneWhereNoBuildPushed() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("person"));
        StorePath pushed = builder.evaluate("builtins.toFile \"by-hand\" \"" + cache.tenant() + "\"");
        assertThat(provenance(pushed).body()).contains("There is no such path in this cache");
        cache.push(builder, pushed, "none");
        HttpResponse<String> answer = provenance(pushed);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("No build whose identity was checked");
    }

    @Test
    void tellsAuditorsWhoPulledItSince() throws Exception {
        assertThat(pulls()).containsExactly("acme/app c0ffee 77");
        String url = new String(cache.get(path.hash() + ".narinfo").body(), StandardCharsets.UTF_8)
                .replaceAll("(?s).*URL: (\\S+).*", "$1");
        assertThat(cache.get(url).statusCode()).isEqualTo(200);
        Instant end = Instant.now().plusSeconds(60);
        String puller = "acme/app c0ffee 77 " + cache.token().split("_", -1)[1];
        while (!pulls().contains(puller) && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(pulls()).containsExactly(puller);
    }

    @Test
    void isToldOfEachEventOfTheBuild() throws Exception {
        JsonNode events = JSON.readTree(client.asAdministrator(
                        "GET",
                        "/api/v1/audit/events?tenant=" + cache.tenant() + "&action=path-published&path="
                                + path.baseName())
                .body());

        JsonNode published = events.path("items").path(0);
        assertThat(published.path("repository").asText()).isEqualTo("acme/app");
        assertThat(published.path("commit").asText()).isEqualTo("c0ffee");
        assertThat(published.path("run").asText()).isEqualTo("77");
        assertThat(published.has("ref")).isTrue();
        assertThat(published.has("workflow")).isTrue();
    }

    @Test
    void goesWithAPathThatIsPromoted() throws Exception {
        TenantCache target = TenantCache.make("{}");
        TenantCache next = TenantCache.make("{}");
        promote(cache, target);
        promote(target, next);

        HttpResponse<String> answer = client.as(
                next.token(),
                "GET",
                "/api/v1/tenants/" + next.tenant() + "/caches/ci/paths/" + path.hash() + "/provenance",
                "");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(verified(answer.body(), next.keys())).contains("acme/app").contains("c0ffee");
        assertThat(Rows.ofServer()
                        .texts(
                                "select concat_ws(' ', repository, commit, run) from audit.paths where tenant = ?",
                                next.tenant()))
                .containsExactly("acme/app c0ffee 77");
        assertThat(Rows.ofServer()
                        .texts(
                                "select i.repository from promoted_identity p join token_identity i using (token_id)"
                                        + " join tenant t on t.id = p.tenant_id where t.name = ?",
                                next.tenant()))
                .containsExactly("acme/app");
    }

    private void promote(TenantCache from, TenantCache into) throws Exception {
        HttpResponse<String> promoted = client.as(
                ApiClient.token(),
                "POST",
                "/api/v1/tenants/" + into.tenant() + "/caches/ci/promotions",
                "{\"from\":\"" + from.tenant() + "/ci\",\"paths\":[\"" + path.baseName() + "\"]}");
        assertThat(promoted.statusCode()).as(promoted.body()).isEqualTo(201);
    }

    private List<String> pulls() throws Exception {
        return Rows.ofServer()
                .texts(
                        "select concat_ws(' ', repository, commit, run, pulled_by) from audit.provenance where path ="
                                + " ?",
                        path.baseName());
    }
}
