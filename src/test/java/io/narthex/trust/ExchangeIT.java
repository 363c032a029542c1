package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.narthex.configuration.Secret;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.it.TestCertificate;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, and issuers of our own that they reach by HTTPS. */
class ExchangeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestKeys KEYS = new TestKeys();
    /** It takes less than five seconds until what ends a token is known on every node, on a machine that has time for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all
    private static TestCertificate certificate;

    @SuppressWarnings("NullAway.Init")
    private static FaultyUpstream web;

    @SuppressWarnings("NullAway.Init")
    private static OwnServer server;

    @SuppressWarnings("NullAway.Init")
    private static LauncherProcess second;

    @SuppressWarnings("NullAway.Init")
    private static ExchangeClient first;

    @SuppressWarnings("NullAway.Init")
    private static ExchangeClient other;

    @SuppressWarnings("NullAway.Init")
    private static TestIssuer github;

    @BeforeAll
    static void start() throws Exception {
        KEYS.add("one", "RS256").add("two", "ES256").add("three", "EdDSA").add("secret", "RS256");
        certificate = TestCertificate.of(directory, "ip:127.0.0.1");
        web = new FaultyUpstream(certificate.listen(), "https");
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_URL", "http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
        settings.put("NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1");
        settings.put("NARTHEX_TRUST_STORE_FILE", certificate.pem().toString());
        server = OwnServer.start(Files.createDirectories(directory.resolve("first")), settings);
        Map<String, String> ports = LauncherProcess.freePorts();
        second = server.startNode(directory.resolve("second"), ports);
        first = new ExchangeClient(server.url());
        other = new ExchangeClient("http://127.0.0.1:" + ports.get("NARTHEX_PORT"));
        github = new TestIssuer(web, "/github", KEYS).publish("one", "two", "three");
        allow("github", github, "\"kind\":\"github\"");
    }

    @AfterAll
    static void stop() throws Exception {
        if (second != null) {
            second.close();
        }
        if (server != null) {
            server.close();
        }
        if (web != null) {
            web.close();
        }
    }

    private static void allow(String name, TestIssuer issuer, String more) throws Exception {
        server.cache("{}")
                .administer("PUT", "/api/v1/issuers/" + name, "{\"issuer\":\"" + issuer.url() + "\"," + more + "}");
    }

    /** A cache of a tenant that believes builds of the issuer that are as {@link SampleTrust#claims} says. */
    private static TenantCache trusting(TestIssuer issuer, String more) throws Exception {
        TenantCache cache = server.cache("{}");
        trust(cache, issuer, more);
        return cache;
    }

    private static void trust(TenantCache cache, TestIssuer issuer, String more) throws Exception {
        cache.administer(
                "PUT",
                trustPath(cache),
                "{\"issuer\":\"" + issuer.url() + "\",\"claims\":" + JSON.writeValueAsString(SampleTrust.bound())
                        + ",\"scopes\":[\"pull\",\"push\"],\"caches\":[\"ci\"]" + more + "}");
    }

    private static String trustPath(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/trusts/main";
    }

    private static String audience(TenantCache cache) {
        return server.url() + "/" + cache.tenant();
    }

    private static Secret right(TenantCache cache) throws Exception {
        return github.keys().sign(github.claims(audience(cache)), "one");
    }

    @Test
    void givesATokenThatLivesAnHourAndPushes() throws Exception {
        TenantCache cache = trusting(github, ",\"ttlSeconds\":600");
        for (String key : List.of("one", "two", "three")) {
            HttpResponse<String> answer = first.exchange(KEYS.sign(github.claims(audience(cache)), key));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(ExchangeClient.json(answer).path("token_type").asText()).isEqualTo("Bearer");
            assertThat(ExchangeClient.json(answer).path("expires_in").asInt()).isEqualTo(600);
            assertThat(ExchangeClient.json(answer).path("scope").asText()).isEqualTo("pull push");
        }
        HttpResponse<String> json =
                first.post(JSON.writeValueAsString(ExchangeClient.parameters(right(cache))), "application/json");
        String id = ExchangeClient.token(json).split("_", -1)[1];
        assertThat(server.rows()
                        .texts(
                                "select extract(epoch from expires_at - created_at)::int from token where public_id ="
                                        + " ?",
                                id))
                .containsExactly("600");
        assertThat(server.rows()
                        .texts(
                                "select detail ->> 'token' from audit_event where action = 'token-exchanged' and"
                                        + " tenant = ?",
                                cache.tenant()))
                .hasSize(4)
                .contains(id);
    }

    /** A token that something is wrong with, and what the record calls it. */
    private record Bad(String kind, boolean hidden, Secret token) {}

    /** Where nothing tells which tenant was meant, the server's record has it. */
    private static final Set<String> OF_NO_TENANT = Set.of("malformed", "issuer-unknown", "audience");

    private static List<Bad> badTokens(String audience) throws Exception {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> right = github.claims(audience);
        List<Bad> bad = new ArrayList<>();
        bad.add(new Bad("algorithm", true, TestKeys.unsigned(right, "one")));
        bad.add(new Bad("algorithm", true, KEYS.signByPublicKey(right, "one")));
        bad.add(new Bad("key-unknown", true, KEYS.sign(right, "secret")));
        bad.add(new Bad("signature", true, KEYS.forge(right, "one", "secret")));
        bad.add(new Bad("signature", true, KEYS.signByItsOwnKey(right, "one", "secret")));
        bad.add(new Bad("signature", true, KEYS.signCritically(right, "one")));
        bad.add(new Bad("malformed", true, new Secret("no.such.token")));
        bad.add(new Bad("malformed", true, new Secret("a.b.c.d.e")));
        bad.add(new Bad("malformed", true, new Secret("e30.".repeat(10_000))));
        bad.add(new Bad("malformed", true, KEYS.sign(SampleTrust.with(right, "exp", "tomorrow"), "one")));
        Map<String, Map<String, Object>> changed = new LinkedHashMap<>();
        changed.put("issuer-unknown", SampleTrust.with(right, "iss", "https://other.example.com"));
        changed.put("audience", SampleTrust.with(right, "aud", "https://other.example.com"));
        changed.put("required-claim", SampleTrust.with(right, "repository_id", "3"));
        for (Map.Entry<String, Map<String, Object>> each : changed.entrySet()) {
            bad.add(new Bad(each.getKey(), true, KEYS.sign(each.getValue(), "one")));
        }
        bad.add(new Bad("audience", true, KEYS.sign(SampleTrust.with(right, "aud", List.of(audience, "x")), "one")));
        changed.clear();
        changed.put("expired", SampleTrust.with(SampleTrust.with(right, "iat", now - 400), "exp", now - 100));
        changed.put("not-yet-valid", SampleTrust.with(right, "nbf", now + 200));
        changed.put("lifetime", SampleTrust.with(right, "exp", now + 7_200));
        changed.put("lifetime ", SampleTrust.with(right, "exp", Long.MAX_VALUE));
        changed.put("lifetime  ", SampleTrust.with(right, "exp", null));
        changed.put("claim", SampleTrust.with(right, "job_workflow_ref", "acme/app/other.yml@refs/heads/main"));
        for (Map.Entry<String, Map<String, Object>> each : changed.entrySet()) {
            bad.add(new Bad(each.getKey().strip(), false, KEYS.sign(each.getValue(), "one")));
        }
        return bad;
    }

    @Test
    void refusesEachBadTokenByName() throws Exception {
        TenantCache cache = trusting(github, "");
        List<Bad> all = badTokens(audience(cache));
        int before = log().length();
        for (Bad bad : all) {
            HttpResponse<String> answer = first.exchange(bad.token());
            assertThat(answer.statusCode()).as(bad.kind()).isEqualTo(400);
            String told = ExchangeClient.json(answer).path("error_description").asText();
            assertThat(ExchangeClient.json(answer).path("detail").asText()).isEqualTo(told);
            assertThat(ExchangeClient.json(answer).path("error").asText()).isEqualTo("invalid_request");
            assertThat(told.equals(ExchangeRefusedException.SENTENCE)).as(told).isEqualTo(bad.hidden());
        }
        assertThat(first.exchange(right(cache)).statusCode()).isEqualTo(200);
        Map<String, Object> unstorable = SampleTrust.with(github.claims(audience(cache)), "run_id", "7\0");
        assertThat(first.exchange(KEYS.sign(unstorable, "one")).statusCode()).isEqualTo(200);
        awaitRecord(all.stream().map(Bad::kind).toList());
        for (Bad bad : all) {
            if (!OF_NO_TENANT.contains(bad.kind())) {
                await(
                        "select 1 from audit_event where action = 'exchange-refused' and tenant || ' ' || (detail ->>"
                                + " 'kind') = ?",
                        cache.tenant() + " " + bad.kind());
            }
        }
        assertThat(log().substring(before)).doesNotContain("\tat ").doesNotContain(" ERROR ");
    }

    private static String log() throws Exception {
        return Files.readString(server.home().resolve("log/server.log"));
    }

    private static void awaitRecord(List<String> kinds) throws Exception {
        for (String kind : kinds) {
            await(
                    "select 1 from audit_event where action = 'exchange-refused' and outcome = 'refused'"
                            + " and detail ->> 'kind' = ?",
                    kind);
        }
    }

    /** Refusals are written when a moment has passed without more of them. */
    private static void await(String sql, String value) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (server.rows().texts(sql, value).isEmpty() && Instant.now().isBefore(end)) {
            Thread.sleep(200);
        }
        assertThat(server.rows().texts(sql, value)).as(value).isNotEmpty();
    }

    @Test
    void takesEachTokenOnceOnAllNodesTogether() throws Exception {
        TenantCache cache = trusting(github, "");
        Secret token = right(cache);
        List<Callable<Integer>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ExchangeClient node = i % 2 == 0 ? first : other;
            tries.add(() -> node.exchange(token).statusCode());
        }
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(tries.size())) {
            for (Future<Integer> status : threads.invokeAll(tries)) {
                statuses.add(status.get());
            }
        }
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 400);
        assertThat(ExchangeClient.json(other.exchange(token)).path("detail").asText())
                .startsWith("The identity token was exchanged before");
        awaitRecord(List.of("used"));
    }

    @Test
    void takesATokenAgainWhereItsIssuerAllowsIt() throws Exception {
        TestIssuer cluster = new TestIssuer(web, "/cluster", KEYS).publish("two");
        allow("cluster", cluster, "\"kind\":\"kubernetes\",\"reuse\":true");
        TenantCache cache = server.cache("{}");
        cache.administer(
                "PUT",
                trustPath(cache),
                "{\"issuer\":\"" + cluster.url()
                        + "\",\"claims\":{\"sub\":[\"system:serviceaccount:ci:builder\"]},\"scopes\":[\"push\"]}");
        Map<String, Object> claims =
                SampleTrust.with(cluster.claims(audience(cache)), "sub", "system:serviceaccount:ci:builder");
        Secret token = KEYS.sign(claims, "two");
        assertThat(first.exchange(token).statusCode()).isEqualTo(200);
        assertThat(other.exchange(token).statusCode()).isEqualTo(200);
    }

    @Test
    void answersARepeatedRequestAnew() throws Exception {
        TenantCache cache = trusting(github, "");
        Secret token = right(cache);
        String lost = ExchangeClient.token(first.exchange(token, "Idempotency-Key", "one"));
        String again = ExchangeClient.token(other.exchange(token, "Idempotency-Key", "one"));
        assertThat(first.exchange(token, "Idempotency-Key", "two").statusCode()).isEqualTo(400);
        assertThat(first.exchange(token).statusCode()).isEqualTo(400);
        awaitWhoami(lost, 401);
        awaitWhoami(again, 200);
    }

    /** On both nodes. */
    private static void awaitWhoami(String token, int status) throws Exception {
        for (ExchangeClient node : List.of(first, other)) {
            Instant end = Instant.now().plus(PATIENCE);
            int seen = node.whoami(token);
            while (seen != status && Instant.now().isBefore(end)) {
                Thread.sleep(50);
                seen = node.whoami(token);
            }
            assertThat(seen).isEqualTo(status);
        }
    }

    @Test
    void followsTheKeysOfAnIssuer() throws Exception {
        TestIssuer rotating = new TestIssuer(web, "/rotating", KEYS).publish("one");
        allow("rotating", rotating, "\"kind\":\"github\"");
        TenantCache cache = trusting(rotating, "");
        Map<String, Object> claims = rotating.claims(audience(cache));
        assertThat(first.exchange(KEYS.sign(claims, "two")).statusCode()).isEqualTo(400);
        assertThat(first.exchange(KEYS.sign(claims, "one")).statusCode()).isEqualTo(200);
        rotating.publish("one", "three");
        // on the other node, which has not asked in vain yet
        claims.put("jti", "rotated");
        assertThat(other.exchange(KEYS.sign(rotating.claims(audience(cache)), "one"))
                        .statusCode())
                .isEqualTo(200);
        rotating.publish("two");
        assertThat(other.exchange(KEYS.sign(claims, "two")).statusCode()).isEqualTo(200);
        long asked = rotating.asked();
        for (int i = 0; i < 5; i++) {
            assertThat(other.exchange(KEYS.sign(rotating.claims(audience(cache)), "three"))
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(rotating.asked()).isEqualTo(asked);
    }

    @Test
    void isHeldUpByNoIssuerThatHangsOrFloods() throws Exception {
        try (FaultyUpstream hanging = new FaultyUpstream(certificate.listen(), "https")) {
            hanging.fallSilent(true);
            TestIssuer silent = new TestIssuer(hanging, "", KEYS).publish("one");
            TestIssuer flooding = new TestIssuer(web, "/flooding", KEYS).publish("one");
            web.answer("/flooding/keys", Answer.ok(new byte[10 << 20]));
            TestIssuer lying = new TestIssuer(web, "/lying", KEYS).publish("one");
            web.answer(
                    "/lying/.well-known/openid-configuration",
                    Answer.ok("{\"issuer\":\"" + github.url() + "\",\"jwks_uri\":\"" + lying.url() + "/keys\"}"));
            TenantCache good = trusting(github, "");
            for (TestIssuer issuer : List.of(silent, flooding, lying)) {
                String name = "bad-" + issuer.url().replaceAll("[^a-z0-9]", "");
                allow(name, issuer, "\"kind\":\"github\"");
                TenantCache cache = trusting(issuer, "");
                Secret token = KEYS.sign(issuer.claims(audience(cache)), "one");
                try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
                    Future<HttpResponse<String>> waiting = thread.submit(() -> first.exchange(token));
                    assertThat(first.exchange(right(good)).statusCode()).isEqualTo(200);
                    assertThat(ExchangeClient.json(waiting.get()).path("detail").asText())
                            .isEqualTo(ExchangeRefusedException.SENTENCE);
                }
            }
            for (String reason : List.of("did not answer within", "longer than 262144 bytes", "names another issuer")) {
                await(
                        "select 1 from audit_event where detail ->> 'kind' = 'issuer-unavailable'"
                                + " and reason like '%' || ? || '%'",
                        reason);
            }
        }
    }

    @Test
    void endsTheTokensOfATrustThatIsNarrowedOrDeleted() throws Exception {
        TenantCache cache = trusting(github, "");
        String token = ExchangeClient.token(first.exchange(right(cache)));
        trust(cache, github, ",\"ttlSeconds\":7200");
        awaitWhoami(token, 200);
        trust(cache, github, ",\"ttlSeconds\":300");
        awaitWhoami(token, 401);

        String later = ExchangeClient.token(other.exchange(right(cache)));
        awaitWhoami(later, 200);
        cache.administer("DELETE", trustPath(cache), "");
        awaitWhoami(later, 401);
        assertThat(first.exchange(right(cache)).statusCode()).isEqualTo(400);
        assertThat(server.rows()
                        .texts(
                                "select action || ' ' || (detail ->> 'tokensRevoked') from audit_event where tenant ="
                                    + " ? and action like 'trust-%' and detail ->> 'tokensRevoked' is not null order"
                                    + " by id",
                                cache.tenant()))
                .containsExactly("trust-changed 0", "trust-changed 1", "trust-deleted 1");
    }

    @Test
    void endsTheTokensOfAnIssuerThatIsAllowedNoMore() throws Exception {
        TestIssuer gone = new TestIssuer(web, "/gone", KEYS).publish("one");
        allow("gone", gone, "\"kind\":\"github\"");
        TenantCache cache = trusting(gone, "");
        String token = ExchangeClient.token(first.exchange(KEYS.sign(gone.claims(audience(cache)), "one")));
        cache.administer("DELETE", "/api/v1/issuers/gone", "");
        awaitWhoami(token, 401);
        assertThat(first.exchange(KEYS.sign(gone.claims(audience(cache)), "one"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void makesNoTokenOfAnotherTenant() throws Exception {
        TenantCache mine = trusting(github, "");
        TenantCache yours = trusting(github, "");
        Map<String, String> parameters = ExchangeClient.parameters(right(mine));
        parameters.put("resource", "/" + yours.tenant() + "/ci");
        HttpResponse<String> refused = first.exchange(parameters);
        assertThat(ExchangeClient.json(refused).path("detail").asText()).isEqualTo(ExchangeRefusedException.SENTENCE);
        String token = ExchangeClient.token(first.exchange(right(mine)));
        assertThat(mine.send("GET", "nix-cache-info", new byte[0], token).statusCode())
                .isEqualTo(200);
        assertThat(yours.send("GET", "nix-cache-info", new byte[0], token).statusCode())
                .isEqualTo(404);
    }

    @Test
    void takesNoAudienceOfAnotherTenant() throws Exception {
        TenantCache mine = server.cache("{}");
        TenantCache yours = server.cache("{}");
        assertThat(catchThrowable(() -> trust(mine, github, ",\"audience\":\"" + audience(yours) + "\"")))
                .hasMessageContaining("400")
                .hasMessageContaining("another tenant's");
    }

    @Test
    void givesAnAddressThatIsRefusedNoMoreAttempts() throws Exception {
        TenantCache cache = trusting(github, "");
        ExchangeClient guessing = first.from(77);
        int refused = 0;
        HttpResponse<String> answer = guessing.exchange(new Secret("a.b.c"));
        while (answer.statusCode() == 400 && refused < 20 * ExchangeLimit.BURST) {
            refused++;
            answer = guessing.exchange(new Secret("a.b.c"));
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused).isGreaterThanOrEqualTo(ExchangeLimit.BURST);
        assertThat(first.exchange(right(cache)).statusCode())
                .as("another address")
                .isEqualTo(200);
        awaitRecord(List.of("too-many"));
    }

    @Test
    void letsTheRealNixPushByLinesOfNetrc() throws Exception {
        TenantCache cache = trusting(github, "");
        HttpResponse<String> netrc = first.exchange(right(cache), "Accept", "text/plain");
        assertThat(netrc.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(netrc.body()).matches("machine 127\\.0\\.0\\.1\nlogin any\npassword narthex_[a-zA-Z0-9_-]+\n");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"exchanged\" \"" + cache.tenant() + "\"");
        Path file = Files.writeString(builder.scratch().resolve("netrc"), netrc.body());
        builder.run(
                "nix",
                "copy",
                "--option",
                "netrc-file",
                file.toString(),
                "--from",
                builder.uri(),
                "--to",
                cache.url() + "/push",
                NixStore.path(path));
        assertThat(cache.get(path.hash() + ".narinfo").statusCode()).isEqualTo(200);
        assertThat(server.rows()
                        .texts(
                                "select concat_ws('|', repository, commit, ref, workflow, run) from audit.paths where"
                                        + " path = ?",
                                path.baseName()))
                .containsExactly("acme/app|c0ffee|refs/heads/main|release|77");
        assertThat(server.rows()
                        .texts(
                                "select distinct concat_ws('|', repository, commit, ref, workflow, run) from"
                                        + " audit.events where tenant = ? and action in ('token-exchanged',"
                                        + " 'path-published')",
                                cache.tenant()))
                .containsExactly("acme/app|c0ffee|refs/heads/main|release|77");
    }

    /** What {@code setup} prints, as it is pasted. */
    private static String setup(TenantCache cache, String ci) throws Exception {
        return new String(cache.get("setup?ci=" + ci).body(), StandardCharsets.UTF_8);
    }

    /** A trust for the tokens of {@link TestIssuer#claims}, whichever service they are of. */
    private static TenantCache believing(TestIssuer issuer) throws Exception {
        TenantCache cache = server.cache("{}");
        cache.administer(
                "PUT",
                trustPath(cache),
                "{\"issuer\":\"" + issuer.url() + "\",\"claims\":{\"sub\":[\"repo:acme/app:ref:refs/heads/main\"]},"
                        + "\"scopes\":[\"push\"]}");
        return cache;
    }

    /** Runs the lines of a step where {@code ./result} is, with what its service would have set. */
    private void paste(TenantCache cache, String lines, String... environment) throws Exception {
        NixStore builder = NixStore.in(directory.resolve("pasting"));
        StorePath path = builder.evaluate("builtins.toFile \"pasted\" \"" + cache.tenant() + "\"");
        Path work = Files.createDirectories(directory.resolve(cache.tenant()));
        Files.createSymbolicLink(work.resolve("result"), Path.of(NixStore.path(path)));
        List<String> command = new ArrayList<>(List.of("env", "-C", work.toString()));
        command.addAll(List.of(environment));
        command.addAll(List.of("bash", "-ec", lines));
        builder.run(command.toArray(String[]::new));
        assertThat(cache.get(path.hash() + ".narinfo").statusCode()).isEqualTo(200);
    }

    @Test
    void printsAStepForEachServiceThatWorksWhereItIsPasted() throws Exception {
        TestIssuer any = new TestIssuer(web, "/any", KEYS).publish("two");
        allow("any", any, "\"kind\":\"generic\"");
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());

        TenantCache onGitHub = believing(any);
        String encoded = URLEncoder.encode(audience(onGitHub), StandardCharsets.UTF_8);
        try (FaultyUpstream tokens = new FaultyUpstream()) {
            String token = KEYS.sign(any.claims(audience(onGitHub)), "two").reveal();
            tokens.answer(
                    "/id?version=2&audience=" + encoded, Answer.ok("{\"count\": 1, \"value\": \"" + token + "\"}"));
            JsonNode steps = yaml.readTree(setup(onGitHub, "github"));
            paste(
                    onGitHub,
                    steps.path(0).path("run").asText()
                            + steps.path(1).path("run").asText(),
                    "ACTIONS_ID_TOKEN_REQUEST_URL=" + tokens.url() + "/id?version=2",
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN=secret");
            assertThat(tokens.requests().getFirst().headers()).containsEntry("authorization", "Bearer secret");
        }

        TenantCache onGitLab = believing(any);
        JsonNode job = yaml.readTree(setup(onGitLab, "gitlab")).path("push-to-ci");
        String audience =
                job.path("id_tokens").path("NARTHEX_ID_TOKEN").path("aud").asText();
        paste(
                onGitLab,
                job.path("script").path(0).asText() + job.path("script").path(1).asText(),
                "NARTHEX_ID_TOKEN=" + KEYS.sign(any.claims(audience), "two").reveal());

        TenantCache onBuildkite = believing(any);
        Path agent = Files.writeString(
                Files.createDirectories(directory.resolve("bin")).resolve("buildkite-agent"),
                "#!/bin/sh\n[ \"$*\" = 'oidc request-token --audience " + audience(onBuildkite) + "' ] && echo "
                        + KEYS.sign(any.claims(audience(onBuildkite)), "two").reveal() + "\n");
        assertThat(agent.toFile().setExecutable(true)).isTrue();
        String step = yaml.readTree(setup(onBuildkite, "buildkite"))
                .path(0)
                .path("command")
                .asText();
        // as Buildkite does with what is uploaded
        paste(onBuildkite, step.replace("$$", "$"), "PATH=" + agent.getParent() + ":" + System.getenv("PATH"));

        TenantCache onKubernetes = believing(any);
        JsonNode pod = yaml.readTree(setup(onKubernetes, "kubernetes")).path("spec");
        JsonNode source = pod.at("/volumes/0/projected/sources/0/serviceAccountToken");
        Path mounted = Files.writeString(
                directory.resolve("token"),
                KEYS.sign(any.claims(source.path("audience").asText()), "two").reveal() + "\n");
        JsonNode container = pod.path("containers").path(0);
        paste(
                onKubernetes,
                container.path("args").path(0).asText().replace("/var/run/secrets/narthex/token", mounted.toString()));
    }

    @Test
    void tellsABuildWhatItsTokenMustBeFor() throws Exception {
        TenantCache cache = server.cache("{}");
        JsonNode told = JSON.readTree(cache.administer(
                "GET", "/api/v1/oidc/config?issuer=" + URLEncoder.encode(github.url(), StandardCharsets.UTF_8), ""));
        assertThat(told.path("audience").asText()).isEqualTo(server.url() + "/{tenant}");
        assertThat(told.path("tokenEndpoint").asText()).isEqualTo(server.url() + "/api/v1/oidc/token");
        assertThat(told.path("requiredClaims")).hasSize(2);
    }
}
