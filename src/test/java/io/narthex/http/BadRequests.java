package io.narthex.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Bodies and URLs that are nearly right, made by chance from one seed. */
final class BadRequests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String KEY = "fuzz-1:" + "A".repeat(43) + "=";
    private static final String PATH = "/nix/store/" + "0".repeat(32) + "-x";

    /** What is right, by the end of a call's path. */
    private static final Map<String, String> BODIES = Map.ofEntries(
            Map.entry(
                    "/upstreams/{upstream}",
                    "{\"url\":\"https://127.0.0.1:9\",\"trustedPublicKeys\":[\"" + KEY
                            + "\"],\"required\":true,\"mode\":\"keep\",\"allow\":[\"x-*\"],\"deny\":[\"y\"],\"offeredTo\":[\"*\"],"
                            + "\"credentials\":{\"kind\":\"basic\",\"username\":\"u\",\"password\":\"p\"},\"negativeSeconds\":1,"
                            + "\"maxNarBytes\":1,\"redirectHosts\":[\"x\"],\"lookupMillis\":100,\"connectMillis\":100,"
                            + "\"stallSeconds\":1}"),
            Map.entry(
                    "/tenants/{tenant}",
                    "{\"quota\":{\"maxBytes\":1000000000,\"warnAt\":80,\"whenFull\":\"refuse\",\"evictAfterMinutes\":5}}"),
            Map.entry(
                    "/caches/{cache}",
                    "{\"visibility\":\"private\",\"priority\":3,\"wantMassQuery\":true,\"storeDir\":\"/nix/store\","
                        + "\"sources\":[\"uploads\"],\"virtualHosts\":[],\"references\":\"strict\",\"entry\":\"push\","
                        + "\"gates\":{\"requiredSignatures\":[\"" + KEY + "\"],\"minimumAgeHours\":1},"
                            + "\"foreignSignatures\":\"keep\",\"trustedPublicKeys\":[\"" + KEY
                            + "\"],\"quota\":{\"maxBytes\":1000,\"warnAt\":80,\"whenFull\":\"evict\",\"evictAfterMinutes\":5}}"),
            Map.entry("/keys", "{\"secretKey\":\"" + KEY + "\"}"),
            Map.entry("/keys/policy", "{\"rotateEveryDays\":90,\"publishAheadDays\":10,\"overlapDays\":40}"),
            Map.entry("/keys/rotations", "{\"publishAheadSeconds\":0,\"overlapSeconds\":1}"),
            Map.entry("/revocation", "{\"reason\":\"fuzz\"}"),
            Map.entry(
                    "/pins/{pin}",
                    "{\"path\":\"" + PATH + "\",\"note\":\"n\",\"keepRevisions\":3,\"keepDays\":3,"
                            + "\"expiresAt\":\"2100-01-01T00:00:00Z\",\"protected\":false}"),
            Map.entry(
                    "/caches/{cache}/retention",
                    "{\"keepDays\":100,\"graceDays\":30,\"keepContentAddressed\":true,\"force\":true}"),
            Map.entry("/retention/runs", "{\"dryRun\":true,\"force\":false}"),
            Map.entry(
                    "/tokens",
                    "{\"note\":\"n\",\"scopes\":[\"pull\"],\"caches\":[\"c*\"],\"expiresAt\":\"2100-01-01T00:00:00Z\"}"),
            Map.entry(
                    "/issuers/{name}",
                    "{\"issuer\":\"https://fuzz.example.com\",\"kind\":\"generic\",\"requiredClaims\":[\"sub\"],"
                        + "\"jwks\":{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"kid\":\"x\"}]},\"reuse\":false,"
                        + "\"maxLifetimeSeconds\":600}"),
            Map.entry(
                    "/trusts/{name}",
                    "{\"issuer\":\"https://fuzz.example.com\",\"audience\":\"a\",\"claims\":{\"sub\":[\"x*\"]},"
                        + "\"allow\":{\"ref\":[\"r\"]},\"scopes\":[\"pull\"],\"caches\":[\"c*\"],\"ttlSeconds\":600}"),
            Map.entry(
                    "/oidc/token",
                    "{\"grant_type\":\"urn:ietf:params:oauth:grant-type:token-exchange\",\"subject_token\":\"e30.e30.AAAA\","
                        + "\"subject_token_type\":\"urn:ietf:params:oauth:token-type:jwt\",\"resource\":\"/a/ci\","
                        + "\"scope\":\"pull\",\"trust\":\"main\"}"),
            Map.entry(
                    "/denied/{rule}",
                    "{\"pattern\":\"fuzz-no-such-*\",\"reason\":\"r\",\"dependents\":true,\"until\":\"2100-01-01T00:00:00Z\"}"),
            Map.entry("/promotions", "{\"from\":\"a/ci\",\"paths\":[\"" + PATH + "\"],\"note\":\"n\"}"),
            Map.entry("/legal-hold", "{\"reason\":\"r\"}"),
            Map.entry("/legal-holds/{name}", "{\"cache\":\"ci\",\"path\":\"" + PATH + "\",\"reason\":\"r\"}"));

    /** Each as it stands in JSON. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e400",
            "-0.0",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "1" + "0".repeat(500),
            "[]",
            "{}",
            "[null]",
            "{\"\":{}}",
            "{\"\\u0000\":[]}",
            "[".repeat(400) + "]".repeat(400),
            "[" + "\"x\",".repeat(10_000) + "\"x\"]",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u202e\\ufeff\\u2028\"",
            "\"a\\r\\nb\"",
            "\"\u00e9\"",
            "\"%00\"",
            "\"" + "x".repeat(5_000) + "\"",
            "\"" + "*".repeat(200) + "\"",
            "\"[a-\"",
            "\"..\"",
            "\"/\"",
            "\"a/b/c\"",
            "\"http://[\"",
            "\"https://x:99999\"",
            "\"https://u:p@x/?q#f\"",
            "\"fuzz:AAAA\"",
            "\"sha256:\"",
            "\"" + PATH + "\"",
            "\"" + "0".repeat(32) + "\"",
            "\"2026-13-99T00:00:00Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "\"local-store\"",
            "\"upstream:\\u0000\"",
            "\"cache:default/default\"");

    /** None is the name of anything. */
    private static final List<String> SEGMENTS = List.of(
            "%00",
            "a%00b",
            "%ff%fe",
            "%2e%2e",
            "a%2Fb",
            "%20",
            "%C3%A9",
            "%F0%9F%A6%8A",
            ";x=1",
            "-1",
            "99999999999999999999",
            "x".repeat(4_000),
            "%27%22%3C%3E",
            "*");

    private final Random random;

    BadRequests(long seed) {
        random = new Random(seed);
    }

    /** A body of the call with something wrong; "{}" where it has none that is known. */
    String body(ApiCall call) throws Exception {
        String right = right(call);
        return switch (random.nextInt(20)) {
            case 0 -> right.substring(0, random.nextInt(right.length()));
            case 1 -> one(VALUES);
            case 2 -> one(List.of("[", "{\"a\":")).repeat(100_000);
            case 3 -> right + right;
            case 4 -> right.substring(0, right.length() - 1) + (right.length() > 2 ? "," : "") + "\"unheard\":1}";
            default -> spoiled(JSON.readTree(right));
        };
    }

    /** The body of the call as it should be. */
    static String right(ApiCall call) {
        return BODIES.entrySet().stream()
                .filter(each -> call.path().endsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("{}");
    }

    /** The URL, in which one of its parameters may be what it cannot be. */
    String url(String right, String... parameters) {
        String url = right;
        if (parameters.length > 0 && random.nextInt(4) == 0) {
            url = url.replace(one(List.of(parameters)), one(SEGMENTS));
        }
        return random.nextInt(8) == 0
                ? url + "?" + one(List.of("limit", "after", "name", "dryRun", "force", "%00")) + "="
                        + one(List.of("", "%00", "-1", "%ff", "x".repeat(3_000), "1e9", "%F0%9F%A6%8A"))
                : url;
    }

    private String spoiled(JsonNode node) {
        boolean deeper = node.size() > 0 && random.nextInt(5) > 0;
        if (!deeper) {
            return one(VALUES);
        }
        int place = random.nextInt(node.size());
        StringBuilder text = new StringBuilder();
        int i = 0;
        if (node.isArray()) {
            for (JsonNode item : node) {
                text.append(i == 0 ? "" : ",").append(i++ == place ? spoiled(item) : item);
            }
            return "[" + text + "]";
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            text.append(i == 0 ? "" : ",").append('"').append(field.getKey()).append("\":");
            text.append(i++ == place ? spoiled(field.getValue()) : field.getValue());
        }
        return "{" + text + "}";
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
