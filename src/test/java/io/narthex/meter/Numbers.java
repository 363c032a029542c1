package io.narthex.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * What {@code /metrics} of the server of the integration tests said at one moment.
 *
 * @param text in the form of Prometheus
 */
record Numbers(String text) {
    private static final URI METRICS = URI.create(System.getProperty("it.management.url") + "/metrics");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** A request is counted behind its answer. */
    private static final int PATIENCE = 1_200;

    static Numbers now() throws IOException, InterruptedException {
        return new Numbers(CLIENT.send(HttpRequest.newBuilder(METRICS).build(), HttpResponse.BodyHandlers.ofString())
                .body());
    }

    /** The value of a series, which must be there. */
    double get(String series) {
        String line = text.lines()
                .filter(l -> l.startsWith(series + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + series));
        return Double.parseDouble(line.substring(series.length() + 1));
    }

    /** Waits until a series has grown by so much since then; others' requests may add to it. */
    void awaitMore(String series, long more) throws IOException, InterruptedException {
        double wanted = get(series) + more;
        double seen = now().get(series);
        for (int i = 0; i < PATIENCE && seen < wanted; i++) {
            Thread.sleep(50);
            seen = now().get(series);
        }
        assertThat(seen).as(series).isGreaterThanOrEqualTo(wanted);
    }
}
