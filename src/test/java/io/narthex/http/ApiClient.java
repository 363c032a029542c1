package io.narthex.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** Speaks HTTP to the server of the integration tests. Headers are given as name, value, name, value. */
public final class ApiClient {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String base;

    /** @param context the path below which the application is deployed, empty for the real one */
    public ApiClient(String context) {
        this.base = System.getProperty("it.url") + context;
    }

    /** The file that holds the administrator's token. */
    public static Path tokenFile() {
        return Path.of(System.getProperty("it.home"), "admin-token");
    }

    public static String token() throws IOException {
        return Files.readString(tokenFile()).strip();
    }

    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    /** Sends a request to a path, or to a URL of the server itself. */
    public HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        URI uri = URI.create(path.startsWith("http") ? path : base + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    /** As the administrator. */
    public HttpResponse<String> asAdministrator(String method, String path) throws IOException, InterruptedException {
        return send(method, path, BodyPublishers.noBody(), "Authorization", "Bearer " + token());
    }

    /** As who holds a token; nobody where it is empty. */
    public HttpResponse<String> as(String token, String method, String path, String json)
            throws IOException, InterruptedException {
        BodyPublisher body = json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json);
        return token.isEmpty()
                ? send(method, path, body, "Content-Type", "application/json")
                : send(method, path, body, "Content-Type", "application/json", "Authorization", "Bearer " + token);
    }

    /** As the administrator, with a body. */
    public HttpResponse<String> asAdministrator(String method, String path, String json)
            throws IOException, InterruptedException {
        return as(token(), method, path, json);
    }

    public static JsonNode json(HttpResponse<String> answer) throws JsonProcessingException {
        return JSON.readTree(answer.body());
    }
}
