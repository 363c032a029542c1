package io.narthex.console.oidc;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.narthex.configuration.Secret;
import io.narthex.it.TestCertificate;
import io.narthex.trust.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jose4j.lang.JoseException;

/**
 * An OpenID provider of tests, at HTTPS: it sends browsers back with a code at once, and checks at its token endpoint what real ones
 * check: the client's password, that a code is used once, its redirect URL and its verifier. Refresh tokens are used once too.
 */
public final class TestProvider implements AutoCloseable {
    /** With letters that a form encodes. */
    public static final String CLIENT = "narthex console";

    public static final String SECRET = "s+cr/t";

    /** Of the keys that it publishes. */
    public static final String KEY = "one";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpsServer server;
    private final TestKeys keys;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final Map<String, String> refreshes = new ConcurrentHashMap<>();
    private final Map<String, Object> claims = new ConcurrentHashMap<>();
    private volatile Signer signer;
    private volatile int status = 200;
    private volatile boolean refreshing = true;

    /** Makes an identity token of its claims. */
    public interface Signer {
        Secret sign(Map<String, Object> claims) throws JoseException;
    }

    public TestProvider(TestCertificate certificate, TestKeys keys) throws IOException, GeneralSecurityException {
        this.keys = keys;
        signer = all -> keys.sign(all, KEY);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/.well-known/openid-configuration", this::describe);
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext("/keys", exchange -> answer(exchange, 200, keys.published(KEY)));
        server.start();
    }

    public String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    public TestKeys keys() {
        return keys;
    }

    /** From now on this person is logged in there, since now, and all else is as usual. */
    public void person(String subject, String... groups) {
        signer = all -> keys.sign(all, KEY);
        status = 200;
        refreshing = true;
        claims.clear();
        claims.put("sub", subject);
        claims.put("preferred_username", subject + "@example.org");
        claims.put("groups", List.of(groups));
        claims.put("auth_time", Instant.now().getEpochSecond());
    }

    /** From now on its tokens say this; null: they do not say it. */
    public void says(String claim, Object value) {
        claims.put(claim, value);
    }

    /** From now on they are signed so. */
    public void signs(Signer how) {
        signer = how;
    }

    /** From now on its token endpoint answers so. */
    public void answers(int statusOfToken) {
        status = statusOfToken;
    }

    /** From now on it gives no refresh tokens. */
    public void givesNoRefresh() {
        refreshing = false;
    }

    private void describe(HttpExchange exchange) throws IOException {
        answer(
                exchange,
                200,
                JSON.writeValueAsString(Map.of(
                        "issuer", url(),
                        "authorization_endpoint", url() + "/authorize",
                        "token_endpoint", url() + "/token",
                        "jwks_uri", url() + "/keys")));
    }

    /** Whatever the query asks for is remembered with the code, and the browser goes back. */
    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = form(exchange.getRequestURI().getRawQuery());
        boolean right = "code".equals(query.get("response_type"))
                && CLIENT.equals(query.get("client_id"))
                && "S256".equals(query.get("code_challenge_method"))
                && query.getOrDefault("scope", "").contains("openid");
        if (!right) {
            answer(exchange, 400, "{\"error\":\"invalid_request\"}");
            return;
        }
        if ("login".equals(query.get("prompt"))) {
            claims.put("auth_time", Instant.now().getEpochSecond());
        }
        String code = UUID.randomUUID().toString();
        codes.put(code, query);
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        query.get("redirect_uri") + "?code=" + code + "&state="
                                + URLEncoder.encode(query.getOrDefault("state", ""), StandardCharsets.UTF_8) + "&iss="
                                + URLEncoder.encode(url(), StandardCharsets.UTF_8));
        answer(exchange, 302, "");
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
        if (status != 200) {
            answer(exchange, status, "{}");
            return;
        }
        String basic = exchange.getRequestHeaders().getFirst("Authorization");
        String pair = URLEncoder.encode(CLIENT, StandardCharsets.UTF_8) + ":"
                + URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        if (!("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII))).equals(basic)) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        Map<String, Object> all = new HashMap<>(claims);
        boolean refresh = "refresh_token".equals(form.get("grant_type"));
        if (refresh) {
            if (refreshes.remove(form.getOrDefault("refresh_token", "")) == null) {
                answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
                return;
            }
        } else {
            Map<String, String> asked = codes.remove(form.getOrDefault("code", ""));
            if (asked == null
                    || !challenge(form.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"))
                    || !Objects.equals(asked.get("redirect_uri"), form.get("redirect_uri"))) {
                answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
                return;
            }
            all.putIfAbsent("nonce", asked.getOrDefault("nonce", ""));
        }
        answer(exchange, 200, JSON.writeValueAsString(given(all)));
    }

    private Map<String, Object> given(Map<String, Object> all) throws IOException {
        long now = Instant.now().getEpochSecond();
        all.putIfAbsent("iss", url());
        all.putIfAbsent("aud", CLIENT);
        all.putIfAbsent("iat", now);
        all.putIfAbsent("exp", now + 300);
        Map<String, Object> given = new LinkedHashMap<>();
        try {
            given.put("id_token", signer.sign(all).reveal());
        } catch (JoseException e) {
            throw new IOException(e);
        }
        given.put("access_token", "unused");
        given.put("token_type", "Bearer");
        if (refreshing) {
            String next = UUID.randomUUID().toString();
            refreshes.put(next, "");
            given.put("refresh_token", next);
        }
        return given;
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> form(String text) {
        Map<String, String> form = new HashMap<>();
        Arrays.stream(text.split("&", -1))
                .map(pair -> pair.split("=", 2))
                .forEach(pair ->
                        form.put(pair[0], URLDecoder.decode(pair.length < 2 ? "" : pair[1], StandardCharsets.UTF_8)));
        return form;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
