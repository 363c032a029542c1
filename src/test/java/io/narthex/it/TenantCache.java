package io.narthex.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A new cache of a new tenant on a running server, with a token that may push, made through the API. */
public final class TenantCache {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String server;
    private final String administrator;
    private final String tenant;
    private final String token;

    private TenantCache(String server, String administrator, String tenant, String token) {
        this.server = server;
        this.administrator = administrator;
        this.tenant = tenant;
        this.token = token;
    }

    /** On the server of the integration tests, with the settings in a JSON object. */
    public static TenantCache make(String settings) throws IOException, InterruptedException {
        return make(System.getProperty("it.url"), ApiClient.token(), settings);
    }

    public static TenantCache make(String server, String administrator, String settings)
            throws IOException, InterruptedException {
        String tenant = "it-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        TenantCache made = new TenantCache(server, administrator, tenant, "");
        made.administer("PUT", "/api/v1/tenants/" + tenant, "{}");
        made.administer("PUT", "/api/v1/tenants/" + tenant + "/caches/ci", settings);
        return new TenantCache(server, administrator, tenant, made.newToken("\"push\", \"delete\""));
    }

    /** The same cache as another server of the cluster has it. */
    public TenantCache at(String other) {
        return new TenantCache(other, administrator, tenant, token);
    }

    /** A token for this tenant alone. */
    public String newToken(String scopes) throws IOException, InterruptedException {
        JsonNode made = JSON.readTree(
                administer("POST", "/api/v1/tenants/" + tenant + "/tokens", "{\"scopes\":[" + scopes + "]}"));
        return made.path("token").asText();
    }

    public String tenant() {
        return tenant;
    }

    /** The token that may push and delete. */
    public String token() {
        return token;
    }

    /** Where its server is. */
    public String server() {
        return server;
    }

    /** Where it is, without credentials. */
    public String url() {
        return server + "/" + tenant + "/ci";
    }

    /** Where it is, as Nix is given it. */
    public String urlWithToken() {
        return url().replace("http://", "http://any:" + token + "@");
    }

    /** Its public keys, with spaces between. */
    public String keys() throws IOException, InterruptedException {
        return new String(get("public-key").body(), StandardCharsets.US_ASCII)
                .strip()
                .replace('\n', ' ');
    }

    /** Pushes a path with all that it refers to by the real Nix. */
    public void push(NixStore from, StorePath path, String compression) throws IOException {
        from.run(
                "nix",
                "copy",
                "--from",
                from.uri(),
                "--to",
                urlWithToken() + "?compression=" + compression,
                NixStore.path(path));
    }

    public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send("GET", path, new byte[0], token);
    }

    /** Puts with the token of the cache. */
    public HttpResponse<byte[]> put(String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return send("PUT", path, body, token, headers);
    }

    /** Sends with any token, an empty one for nobody. */
    public HttpResponse<byte[]> send(String method, String path, byte[] body, String as, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content =
                body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + "/" + path)).method(method, content);
        if (!as.isEmpty()) {
            request.header("Authorization", "Bearer " + as);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Asks the API as the administrator; the answer must be good. */
    public String administer(String method, String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .header("Authorization", "Bearer " + administrator)
                .header("Content-Type", "application/json")
                .build();
        HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }
}
