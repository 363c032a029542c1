package io.narthex.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.configuration.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Exchanges identity tokens as a build does. */
final class ExchangeClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final String server;

    ExchangeClient(String server) {
        this(server, HttpClient.newHttpClient());
    }

    private ExchangeClient(String server, HttpClient client) {
        this.server = server;
        this.client = client;
    }

    /** The same from another address of the loopback: 127.0.0 and this. */
    ExchangeClient from(int last) throws IOException {
        return new ExchangeClient(
                server,
                HttpClient.newBuilder()
                        .localAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}))
                        .build());
    }

    /** The parameters of a request for all that there is. */
    static Map<String, String> parameters(Secret token) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("grant_type", ExchangeRequest.GRANT_TYPE);
        parameters.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
        parameters.put("subject_token", token.reveal());
        return parameters;
    }

    HttpResponse<String> exchange(Secret token, String... headers) throws IOException, InterruptedException {
        return exchange(parameters(token), headers);
    }

    HttpResponse<String> exchange(Map<String, String> parameters, String... headers)
            throws IOException, InterruptedException {
        String form = parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return post(form, "application/x-www-form-urlencoded", headers);
    }

    HttpResponse<String> post(String body, String type, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + "/api/v1/oidc/token"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", type);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What {@code whoami} answers to who holds a token. */
    int whoami(String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/api/v1/whoami"))
                .header("Authorization", "Bearer " + token)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    static String token(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return json(answer).path("access_token").asText();
    }
}
