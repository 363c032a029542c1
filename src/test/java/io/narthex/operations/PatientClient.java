package io.narthex.operations;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends as Nix does: what breaks off, or is answered by 5xx or 429, is sent again after a pause that doubles, or a little more, five times in all
 * (Nix: src/libstore/filetransfer.cc). All other answers count. Thread-safe.
 */
final class PatientClient {
    private static final int TRIES = 5;
    private static final int TOO_MANY = 429;

    /** A request that hangs is one that broke off. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(SILENCE)
            .build();

    private final Duration pause;

    /** @param pause after the first try */
    PatientClient(Duration pause) {
        this.pause = pause;
    }

    /**
     * The answer that counts.
     *
     * @throws IOException when the last try broke off too
     */
    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpRequest made = request.timeout(SILENCE).build();
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<byte[]> answer = client.send(made, HttpResponse.BodyHandlers.ofByteArray());
                if (attempt == TRIES || (answer.statusCode() < 500 && answer.statusCode() != TOO_MANY)) {
                    return answer;
                }
            } catch (IOException e) {
                if (attempt == TRIES) {
                    throw e;
                }
            }
            double doublings = attempt - 1 + ThreadLocalRandom.current().nextDouble(0.5);
            Thread.sleep((long) (pause.toMillis() * Math.pow(2, doublings)));
        }
    }
}
