package io.narthex.trust;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.TenantCache;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tokens of builds on the server of the integration tests, which reaches no issuer: its keys are uploaded. */
public final class ExchangedToken {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ExchangedToken() {}

    /** Of a build that may push into a cache: {@code acme/app} at {@code c0ffee}, run 77. */
    public static String of(TenantCache cache) throws Exception {
        TestKeys keys = new TestKeys().add("one", "ES256");
        String issuer = "https://" + cache.tenant() + ".example.com";
        cache.administer(
                "PUT",
                "/api/v1/issuers/" + cache.tenant(),
                "{\"issuer\":\"" + issuer + "\",\"kind\":\"github\",\"jwks\":" + keys.published("one") + "}");
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/trusts/main",
                "{\"issuer\":\"" + issuer + "\",\"audience\":\"" + cache.tenant() + "\",\"claims\":"
                        + JSON.writeValueAsString(SampleTrust.bound())
                        + ",\"scopes\":[\"pull\",\"push\"],\"caches\":[\"ci\"]}");
        Map<String, Object> claims = new LinkedHashMap<>(SampleTrust.claims());
        claims.put("iss", issuer);
        claims.put("aud", cache.tenant());
        claims.put("iat", Instant.now().getEpochSecond());
        claims.put("exp", Instant.now().getEpochSecond() + 300);
        ExchangeClient client = new ExchangeClient(System.getProperty("it.url"));
        return ExchangeClient.token(client.exchange(keys.sign(claims, "one")));
    }
}
