package io.narthex.trust;

import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** An issuer on a web server of its own: real HTTPS, real keys, and tokens as its kind has them. */
final class TestIssuer {
    private final FaultyUpstream web;
    private final String path;
    private final TestKeys keys;

    // the path tells it from others on the same server
    TestIssuer(FaultyUpstream web, String path, TestKeys keys) {
        this.web = web;
        this.path = path;
        this.keys = keys;
    }

    String url() {
        return web.url() + path;
    }

    TestKeys keys() {
        return keys;
    }

    /** Publishes these keys and no others. */
    TestIssuer publish(String... names) {
        web.answer(
                path + "/.well-known/openid-configuration",
                Answer.ok("{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/keys\"}"));
        web.answer(path + "/keys", Answer.ok(keys.published(names)));
        return this;
    }

    /** How often its keys were asked for. */
    long asked() {
        return web.requestsOf(path + "/keys");
    }

    /** What a token of it says: of a build on GitHub that may push, for an audience. */
    Map<String, Object> claims(String audience) {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = new LinkedHashMap<>(SampleTrust.claims());
        claims.put("iss", url());
        claims.put("aud", audience);
        claims.put("sub", "repo:acme/app:ref:refs/heads/main");
        claims.put("iat", now);
        claims.put("nbf", now);
        claims.put("exp", now + 300);
        claims.put("jti", UUID.randomUUID().toString());
        return claims;
    }
}
