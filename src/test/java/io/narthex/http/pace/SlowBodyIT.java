package io.narthex.http.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies that stand still or trickle, on the wire; the server of these tests waits for 5 seconds. */
@ExtendWith(SharedServer.class)
class SlowBodyIT {
    private static final String NAR = "nar/" + "0".repeat(52) + ".nar";

    /** More than there are threads of any kind for the API. */
    private static final int MANY = 60;

    /** The common pool has a thread for each processor. */
    private static final Executor EACH_ON_ITS_OWN = work -> Thread.ofVirtual().start(work);

    private TenantCache cache;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
    }

    /** An open connection to the server. */
    private static Socket connect() throws IOException {
        URI url = URI.create(System.getProperty("it.url", ""));
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private String head(String method, String path, int length, String... more) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length
                + "\r\nAuthorization: Bearer " + cache.token() + "\r\n");
        for (String line : more) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private String path(String below) {
        return URI.create(cache.url()).getPath() + "/" + below;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** All that comes until the server closes the connection. */
    private static String readToEnd(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException e) {
            return all.toString(StandardCharsets.UTF_8);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private CompletableFuture<String> stalled(String head, String begin) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Socket socket = connect()) {
                        send(socket, head + begin);
                        return readToEnd(socket);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                EACH_ON_ITS_OWN);
    }

    @Test
    void areRefusedWithASentenceAndTheirConnectionEnds() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        answers.add(stalled(head("PUT", path(NAR), 1_000), "\r\0\0\0\0\0\0\0nix-arch"));
        answers.add(stalled(head("PUT", path(NAR), 1_000, "Expect: 100-continue"), ""));
        answers.add(stalled(head("PUT", path("0".repeat(32) + ".narinfo"), 1_000), "StorePath: "));
        answers.add(stalled(head("PUT", path("log/" + "0".repeat(32) + "-x.drv"), 1_000), "it "));
        answers.add(stalled(head("PUT", path("0".repeat(32) + ".ls"), 1_000), "{\"version\":1,"));
        answers.add(stalled(
                head("POST", "/api/v1/tenants/" + cache.tenant() + "/tokens", 1_000, "Content-Type: application/json")
                        .replace(cache.token(), ApiClient.token()),
                "{\"note\":"));
        for (CompletableFuture<String> answer : answers) {
            String text = answer.join().replace("HTTP/1.1 100 Continue\r\n\r\n", "");
            assertThat(text)
                    .startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("Connection: close")
                    .contains("stood still for 5 seconds");
        }
    }

    /** Some tell who comes, or are of a public cache, and are waited for without a token. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "POST, /api/v1/oidc/token,       application/x-www-form-urlencoded, false",
        "POST, CACHE/get-narinfos-v1,    application/json,                  false",
        "POST, /console/,                application/x-www-form-urlencoded, false",
        "POST, /console/TENANT/ci,       application/x-www-form-urlencoded, true",
        "POST, API/caches/ci/promotions, application/json,                  true",
        "PUT,  API/caches/ci/pins/x,     application/json,                  true",
        "PUT,  API/trusts/x,             application/json,                  true",
        "PUT,  /api/v1/upstreams/x,      application/json,                  true",
    })
    void holdNoThreadWhileTheyStandStill(String method, String target, String type, boolean known) throws Exception {
        TenantCache open = TenantCache.make("{\"visibility\":\"public\"}");
        String path = target.replace("CACHE", URI.create(open.url()).getPath())
                .replace("API", "/api/v1/tenants/" + open.tenant())
                .replace("TENANT", open.tenant());
        String head = method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: " + type
                + (known ? "\r\nAuthorization: Bearer " + open.newToken("\"administer\"") : "") + "\r\n\r\n";
        // held threads would be free again when the bodies are refused; a slow machine may need several times to be
        // sooner
        Instant end = Instant.now().plusSeconds(60);
        boolean sooner = false;
        while (!sooner && Instant.now().isBefore(end)) {
            sooner = isSomebodyAnsweredBefore(head);
        }
        assertThat(sooner)
                .as("somebody else was answered while all of them stood still")
                .isTrue();
    }

    private boolean isSomebodyAnsweredBefore(String head) throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                Socket socket = connect();
                silent.add(socket);
                send(socket, head);
            }
            HttpResponse<String> answer = new ApiClient("").asAdministrator("GET", "/api/v1/whoami");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(cache.put("log/" + "2".repeat(32) + "-x.drv", new byte[10])
                            .statusCode())
                    .isEqualTo(201);
            for (Socket socket : silent) {
                if (socket.getInputStream().available() > 0) {
                    return false;
                }
            }
            return true;
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void mayNotTrickle() throws Exception {
        try (Socket socket = connect()) {
            send(socket, head("PUT", path("log/" + "1".repeat(32) + "-x.drv"), 100_000));
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return readToEnd(socket);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int i = 0; i < 40 && !answer.isDone(); i++) {
                try {
                    send(socket, "it goes on and on ");
                } catch (SocketException e) {
                    break;
                }
                Thread.sleep(500);
            }

            assertThat(answer.join()).startsWith("HTTP/1.1 400 ").contains("too slowly");
        }
    }

    @Test
    void ofARefusedRequestAreNotWaitedForWithoutEnd() throws Exception {
        try (Socket socket = connect()) {
            // answered before its body is read, and then nothing comes
            send(socket, head("PUT", path(NAR), 1_000).replace(cache.token(), "nobodys"));

            assertThat(readToEnd(socket)).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void leaveAnIdleConnectionAlone() throws Exception {
        try (Socket socket = connect()) {
            String request = "GET /nix-cache-info HTTP/1.1\r\nHost: x\r\n\r\n";
            send(socket, request);
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            Thread.sleep(7_000);
            send(socket, request);
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** One answer, as far as its first line and some more come together. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4_096];
        int read = in.read(buffer);
        return read < 0 ? "closed" : new String(buffer, 0, read, StandardCharsets.UTF_8);
    }
}
