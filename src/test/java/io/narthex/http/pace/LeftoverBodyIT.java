package io.narthex.http.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of requests that are answered before they have come. */
@ExtendWith(SharedServer.class)
class LeftoverBodyIT {
    /** More than there are threads of any kind for requests. */
    private static final int MANY = 60;

    private TenantCache cache;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{\"visibility\":\"public\"}");
    }

    private static Socket connect() throws IOException {
        URI url = URI.create(System.getProperty("it.url", ""));
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private String target(String text) {
        return text.replace("CACHE", URI.create(cache.url()).getPath());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    @ParameterizedTest(name = "{0} {1} with {2} is answered {3}")
    @CsvSource({
        "POST, /api/v1/tenants/nobody/tokens,  Content-Length: 100000,                          401",
        "POST, /api/v1/tenants/nobody/tokens,  Transfer-Encoding: chunked,                      401",
        "POST, /api/v1/tenants/nobody/caches/ci/promotions, Content-Length: 100000,             401",
        "PUT,  /api/v1/tenants/nobody/caches/ci/pins/x,     Transfer-Encoding: chunked,         401",
        "PUT,  /api/v1/tenants/nobody/trusts/x, Content-Length: 100000,                         401",
        "PUT,  /api/v1/upstreams/x,            Content-Length: 100000,                          401",
        "PUT,  /api/v1/issuers/x,              'Content-Length: 100000\r\nExpect: 100-continue', 401",
        "POST, /no-such/ci/get-narinfos-v1,    Content-Length: 100000,                          401",
        "PUT,  CACHE/log/nothing,              Content-Length: 100000,                          401",
        "PUT,  CACHE/nar/nothing.nar,          Transfer-Encoding: chunked,                      401",
        "PUT,  CACHE/nothing.narinfo,          'Content-Length: 100000\r\nExpect: 100-continue', 401",
        "PUT,  /no/such/thing/at/all,          Content-Length: 100000,                          404",
        "GET,  CACHE/nix-cache-info,           Content-Length: 100000,                          200",
        "GET,  CACHE/00000000000000000000000000000000.narinfo, Content-Length: 100000,          404",
        "HEAD, CACHE/nix-cache-info,           'Content-Length: 100000\r\nConnection: close',   200",
        "GET,  *,                              Content-Length: 100000,                          400",
    })
    void areNotWaitedForByAnybody(String method, String target, String length, String status) throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                Socket socket = connect();
                silent.add(socket);
                send(
                        socket,
                        method + " " + target(target) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + length + "\r\n\r\n");
            }
            for (Socket socket : silent) {
                assertThat(head(socket)).startsWith("HTTP/1.1 " + status).contains("Connection: close");
            }

            // shorter than the bodies may stand still
            HttpRequest other = HttpRequest.newBuilder(URI.create(System.getProperty("it.url", "") + "/api/v1/whoami"))
                    .timeout(Duration.ofSeconds(3))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(other, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(cache.put("log/" + "0".repeat(32) + "-x.drv", new byte[10])
                            .statusCode())
                    .isEqualTo(201);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Content-Length: 20000000",
        "'Content-Length: 20000000\r\nExpect: 100-continue'",
        "'Content-Length: 20000000\r\nConnection: close'",
    })
    void areSentToTheirEndBeforeTheAnswerIsRead(String headers) throws Exception {
        try (Socket socket = connect()) {
            send(socket, "PUT " + target("CACHE/nar/nothing.nar") + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n");
            byte[] piece = new byte[100_000];
            for (int sent = 0; sent < 20_000_000; sent += piece.length) {
                socket.getOutputStream().write(piece);
            }

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("Connection: close")
                    .contains("valid token");
        }
    }

    @Test
    void endTheirConnectionWhenTheyDoNotCome() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "POST /api/v1/tenants/x/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void leaveTheConnectionOpenWhenTheyAreThereAlready() throws Exception {
        String request = "PUT " + target("CACHE/nar/nothing.nar") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
                + "123456789";
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                send(socket, request);
                assertThat(head(socket)).startsWith("HTTP/1.1 401 ").contains("Connection: keep-alive");
            }
        }
    }

    /** The head of an answer; what stands behind it is read as far as its length tells. */
    private static String head(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!all.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int one = in.read();
            if (one < 0) {
                break;
            }
            all.write(one);
        }
        String head = all.toString(StandardCharsets.ISO_8859_1);
        int at = head.indexOf("Content-Length: ");
        if (at >= 0 && head.contains("keep-alive")) {
            in.readNBytes(Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at))));
        }
        return head;
    }
}
