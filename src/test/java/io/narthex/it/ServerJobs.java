package io.narthex.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

/** Runs jobs of a server, as its administrator does. */
public final class ServerJobs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String server;
    private final String token;

    public ServerJobs(String server, String token) {
        this.server = server;
        this.token = token;
    }

    /** Starts a run of its own, after one that goes on, and waits for its end, which must be a good one. */
    public JsonNode run(String job) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        HttpResponse<String> started = send("POST", server + "/api/v1/jobs/" + job + "/runs");
        while (started.statusCode() == 409 && Instant.now().isBefore(end)) {
            Thread.sleep(50);
            started = send("POST", server + "/api/v1/jobs/" + job + "/runs");
        }
        if (started.statusCode() != 201) {
            throw new IOException(job + " does not start: " + started.body());
        }
        String run = started.headers().firstValue("Location").orElseThrow();
        JsonNode now = JSON.readTree(send("GET", run).body());
        while (now.path("outcome").asText().equals("RUNNING") && Instant.now().isBefore(end)) {
            Thread.sleep(20);
            now = JSON.readTree(send("GET", run).body());
        }
        if (!now.path("outcome").asText().equals("SUCCEEDED")) {
            throw new IOException(job + " did not succeed: " + now);
        }
        return now;
    }

    private HttpResponse<String> send(String method, String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + token)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
