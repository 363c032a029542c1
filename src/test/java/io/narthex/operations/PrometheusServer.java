package io.narthex.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/**
 * A real Prometheus with the configuration and the alerts that the product brings, made quick: it scrapes every second, and no
 * alert waits before it fires.
 */
final class PrometheusServer implements AutoCloseable {
    static final Path CONFIGURATION = Path.of("wildfly-config/prometheus");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Prometheus looks once a second. */
    private static final long POLL_MILLIS = 200;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Process process;
    private final String url;

    private PrometheusServer(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** @param tokenFile what it shows the server at a port */
    static PrometheusServer start(Path directory, int managementPort, Path tokenFile) throws Exception {
        String rules = Files.readString(CONFIGURATION.resolve("narthex-alerts.yml"));
        Files.writeString(directory.resolve("narthex-alerts.yml"), rules.replaceAll("\\bfor: .*", "for: 0s"));
        String configuration = Files.readString(CONFIGURATION.resolve("narthex.yml"))
                .replace("127.0.0.1:9990", "127.0.0.1:" + managementPort)
                .replace(": 15s", ": 1s")
                .replace("# authorization:", "authorization:")
                .replace("#   credentials_file: /etc/prometheus/narthex-token", "  credentials_file: " + tokenFile);
        Path file = Files.writeString(directory.resolve("narthex.yml"), configuration);
        String address = "127.0.0.1:" + freePort();
        Process process = new ProcessBuilder(List.of(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=" + address))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        PrometheusServer made = new PrometheusServer(process, "http://" + address);
        made.await(() -> made.get("/-/ready").startsWith("Prometheus Server is Ready"));
        return made;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** The series that a query gives now. */
    JsonNode query(String expression) throws Exception {
        String answer = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        return JSON.readTree(answer).at("/data/result");
    }

    /** Names of the alerts that fire now. */
    Set<String> firing() throws Exception {
        Set<String> names = new TreeSet<>();
        for (JsonNode alert : JSON.readTree(get("/api/v1/alerts")).at("/data/alerts")) {
            if (alert.path("state").asText().equals("firing")) {
                names.add(alert.at("/labels/alertname").asText());
            }
        }
        return names;
    }

    /** Waits until something holds; what cannot be asked for yet does not hold yet. */
    void await(Callable<Boolean> condition) throws Exception {
        Await.until("such answer of Prometheus and the server", () -> {
            try {
                if (condition.call()) {
                    return true;
                }
            } catch (IOException e) {
                // as below
            }
            Thread.sleep(POLL_MILLIS);
            return false;
        });
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).build();
        return CLIENT.send(request, BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
