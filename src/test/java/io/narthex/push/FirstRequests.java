package io.narthex.push;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.trust.TestKeys;
import io.narthex.upstream.SamplePath;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Requests of kinds that are no push, each ready to be the first after a start. What gives nothing throws unless it is done. */
final class FirstRequests {
    private static final String ISSUER = "https://first.example.com";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TenantCache cache;
    private final FaultyUpstream upstream;
    private final SecretKey upstreamKey = SecretKey.generate("first-1", new SecureRandom());
    private final TestKeys issuerKeys;
    private final SamplePath sideFilesOf;

    private FirstRequests(TenantCache cache, FaultyUpstream upstream, TestKeys issuerKeys) {
        this.cache = cache;
        this.upstream = upstream;
        this.issuerKeys = issuerKeys;
        this.sideFilesOf = SamplePath.ofBytes(1_000).at(upstream, upstreamKey);
    }

    /** Makes what they ask for: a cache behind an upstream, one that takes promotions, and a trust in an issuer. */
    static FirstRequests of(OwnServer server, FaultyUpstream upstream) throws Exception {
        TestKeys keys = new TestKeys().add("one", "EdDSA");
        FirstRequests requests = new FirstRequests(server.cache("{}"), upstream, keys);
        TenantCache cache = requests.cache;
        cache.administer(
                "PUT",
                "/api/v1/upstreams/first",
                JSON.writeValueAsString(Map.of(
                        "url", upstream.url(),
                        "trustedPublicKeys",
                                List.of(requests.upstreamKey.publicKey().toString()),
                        "offeredTo", List.of("*"))));
        cache.administer("PUT", requests.tenant() + "/caches/ci", "{\"sources\":[\"uploads\",\"upstream:first\"]}");
        cache.send("GET", requests.sideFilesOf.narInfoUrl(), new byte[0], cache.token());
        cache.administer("PUT", requests.tenant() + "/caches/release", "{\"entry\":\"promotion\"}");
        cache.administer(
                "PUT",
                "/api/v1/issuers/first",
                "{\"issuer\":\"" + ISSUER + "\",\"jwks\":" + keys.published("one") + "}");
        cache.administer(
                "PUT",
                requests.tenant() + "/trusts/first",
                "{\"issuer\":\"" + ISSUER
                        + "\",\"audience\":\"first\",\"scopes\":[\"pull\"],\"claims\":{\"sub\":[\"build\"]}}");
        return requests;
    }

    TenantCache cache() {
        return cache;
    }

    int narInfos(HandPush of) throws Exception {
        byte[] hashes = (of.path().hash() + "\n").getBytes(StandardCharsets.US_ASCII);
        return cache.send("POST", "get-narinfos-v1", hashes, cache.token(), "Content-Type", "text/plain")
                .statusCode();
    }

    /** Of a path whose narinfo was told before; what an upstream has beside it, none of which was asked for yet. */
    int readSideFiles() throws Exception {
        StorePath told = sideFilesOf.info().storePath();
        StorePath derivation = SamplePath.ofBytes(1).info().storePath();
        String log = "log/" + derivation.baseName() + ".drv";
        String debug = "debuginfo/" + UUID.randomUUID().toString().replace("-", "") + "01234567.debug";
        StorePath floating = StorePath.parseBaseName(derivation.baseName() + ".drv");
        String output = "build-trace-v2/" + floating.baseName() + "/out.doi";
        Signature signature = upstreamKey.sign(RealisationFingerprint.of(floating, "out", told));
        upstream.answer(
                "/" + told.hash() + ".ls",
                Answer.ok("{\"version\":1,\"root\":{\"type\":\"directory\",\"entries\":{}}}"));
        upstream.answer("/" + log, Answer.ok("it was built"));
        upstream.answer(
                "/" + debug,
                Answer.ok("{\"archive\":\"../" + sideFilesOf.info().url() + "\",\"member\":\"lib/debug/x\"}"));
        upstream.answer(
                "/" + output,
                Answer.ok("{\"outPath\":\"" + told.baseName() + "\",\"signatures\":[\"" + signature + "\"]}"));
        int worst = 0;
        for (String url : List.of(told.hash() + ".ls", log, debug, output)) {
            worst = Math.max(
                    worst, cache.send("GET", url, new byte[0], cache.token()).statusCode());
        }
        return worst;
    }

    /** A narinfo and its NAR that are not here yet. */
    int readUpstream() throws Exception {
        SamplePath path = SamplePath.ofBytes(1_000).at(upstream, upstreamKey);
        int narInfo =
                cache.send("GET", path.narInfoUrl(), new byte[0], cache.token()).statusCode();
        int nar =
                cache.send("GET", path.info().url(), new byte[0], cache.token()).statusCode();
        return Math.max(narInfo, nar);
    }

    void pin(HandPush what) throws Exception {
        ask(
                "PUT",
                "/caches/ci/pins/first",
                "{\"path\":\"/nix/store/" + what.path().baseName() + "\"}");
    }

    int readPin() throws Exception {
        return cache.send("GET", "pins/first", new byte[0], cache.token()).statusCode();
    }

    void promote(HandPush what) throws Exception {
        ask(
                "POST",
                "/caches/release/promotions",
                "{\"from\":\"" + cache.tenant() + "/ci\",\"paths\":[\""
                        + what.path().baseName() + "\"]}");
    }

    void exchange() throws Exception {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = Map.of(
                "iss",
                ISSUER,
                "aud",
                "first",
                "sub",
                "build",
                "iat",
                now,
                "exp",
                now + 300,
                "jti",
                UUID.randomUUID().toString());
        String body = JSON.writeValueAsString(Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token_type", "urn:ietf:params:oauth:token-type:jwt",
                "subject_token", issuerKeys.sign(claims, "one").reveal()));
        cache.administer("POST", "/api/v1/oidc/token", body);
    }

    private void ask(String method, String path, String json) throws Exception {
        cache.administer(method, tenant() + path, json);
    }

    private String tenant() {
        return "/api/v1/tenants/" + cache.tenant();
    }
}
