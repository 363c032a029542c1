package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.pace.PacedResponses;
import io.narthex.protocol.LoopbackServer;
import io.narthex.share.Sharer;
import io.undertow.server.HttpServerExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairLaneTest {
    private static final int THREADS = 16;
    private static final int LINE = 8;
    /** What one address alone may hold of so many: three quarters, and twice seven eighths of that. */
    private static final int SHARE = 10;
    /** The same of the line. */
    private static final int LINE_SHARE = 6;
    /** More than the system keeps for a reader who takes nothing. */
    private static final int LARGE = 64 << 20;

    private final PacedResponses paced = new PacedResponses();
    private final FairLane lane = new FairLane("test", THREADS, LINE, paced);
    private final FairLane narrow = new FairLane("narrow", 1, 4, paced);
    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private volatile CountDownLatch inside = new CountDownLatch(0);
    private final LoopbackServer server = new LoopbackServer(this::receive);

    @AfterEach
    void close() {
        open.countDown();
        server.close();
        lane.close();
        narrow.close();
        paced.close();
    }

    @Test
    void runsOnThreadsOfItsOwn() {
        assertThat(text(server.ask("/thread"))).startsWith("narthex-test-");
    }

    @Test
    void letsOneHaveAPartAndForgetsNone() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> answers = fill(SHARE, SHARE + LINE_SHARE);
        assertThat(lane.held()).isEqualTo(SHARE);
        assertThat(lane.queued()).isEqualTo(LINE_SHARE);

        open.countDown();

        assertThat(answers).allSatisfy(answer -> assertThat(text(answer)).isEqualTo("streamed"));
        assertThat(most.get()).isEqualTo(SHARE);
    }

    @Test
    void letsAnotherTenantPassThoseThatWait() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> held = fill(SHARE, SHARE + LINE_SHARE);

        assertThat(text(server.ask("/thread", "X-Tenant", "2"))).startsWith("narthex-test-");
        assertThat(held).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void refusesWhoFindsNoRoomInTheLine() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> held = fill(SHARE, SHARE + LINE_SHARE);

        HttpResponse<byte[]> refused = server.ask("/thread").join();

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("try again later");
        assertThat(held).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void refusesAnUploadWithAStatusThatOldClientsDoNotRetry() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> held = fill(SHARE, SHARE + LINE_SHARE);

        try (Socket upload = send("PUT /nar/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nbytes")) {
            assertThat(firstLine(upload)).isEqualTo("HTTP/1.1 400 Bad Request");
        }
        assertThat(held).noneMatch(CompletableFuture::isDone);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /thread HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /thread HTTP/1.1\r\nHost: x\r\n\r\nGET /thread HTTP/1.1\r\nHost: x\r\n\r\n",
                "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
                "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nby",
                "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nby"
            })
    void letsAClientThatHangsUpLeaveTheLine(String request) throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> held = fill(SHARE, SHARE);
        Socket leaving = send(request);
        awaitWaiting(1);

        leaving.close();

        awaitWaiting(0);
        assertThat(held).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void losesNothingOfWhatAClientSendsWhileItWaits() throws Exception {
        fill(SHARE, SHARE);
        String body = "0123456789".repeat(2_000);
        try (Socket waiting = send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n")) {
            awaitWaiting(1);
            for (int at = 0; at < body.length(); at += 2_500) {
                waiting.getOutputStream().write(body.substring(at, at + 2_500).getBytes(StandardCharsets.US_ASCII));
                // longer than from one look at the client to the next
                Thread.sleep(at < 5_000 ? 1_200 : 0);
            }
            waiting.getOutputStream()
                    .write("GET /thread HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));

            open.countDown();

            assertThat(new String(waiting.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("\r\n\r\n" + body + "HTTP/1.1 200 OK")
                    .contains("narthex-test-");
        }
    }

    @Test
    void givesAPlaceBackWhenTheWorkFails() throws Exception {
        for (int i = 0; i < SHARE + LINE_SHARE + 1; i++) {
            assertThat(server.ask("/failing").join().statusCode()).isEqualTo(500);
        }

        assertThat(text(server.ask("/thread"))).startsWith("narthex-test-");
        // the answer is there a moment before its place is free
        for (int i = 0; i < 1_000 && lane.held() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(lane.held()).isZero();
    }

    @Test
    void cutsAReaderWhoTakesNothingOnceAnotherWaits() throws Exception {
        try (Socket slow = new Socket("localhost", server.port())) {
            slow.setReceiveBufferSize(4_096);
            slow.getOutputStream()
                    .write("GET /large HTTP/1.1\r\nHost: x\r\nX-Lane: narrow\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(slow.getInputStream().read()).isEqualTo('H');
            assertThat(paced.cut()).isZero();

            assertThat(text(server.ask("/thread", "X-Lane", "narrow", "X-Tenant", "2")))
                    .startsWith("narthex-narrow-");

            assertThat(paced.cut()).isEqualTo(1);
            // a reset, and what came before it
            assertThat(readToEnd(slow)).isLessThan(LARGE);
        }
    }

    /** Asks for what goes on until it may end; gives it when so many run and all have come. */
    private List<CompletableFuture<HttpResponse<byte[]>>> fill(int places, int streams) throws InterruptedException {
        inside = new CountDownLatch(places + streams);
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            answers.add(server.ask("/held"));
        }
        assertThat(inside.await(1, TimeUnit.MINUTES)).isTrue();
        while (lane.held() + lane.queued() < streams) {
            Thread.onSpinWait(); // the last one has been received and enters now
        }
        return answers;
    }

    private void receive(HttpServerExchange exchange) {
        String tenant = exchange.getRequestHeaders().getFirst("X-Tenant");
        Sharer who = Sharer.ofTenant(
                tenant == null ? 1 : Integer.parseInt(tenant), "token", InetAddress.getLoopbackAddress());
        FairLane chosen = exchange.getRequestHeaders().contains("X-Lane") ? narrow : lane;
        chosen.run(exchange, who, FairLaneTest.this::stream);
        inside.countDown();
    }

    private void stream(HttpServerExchange exchange) throws Exception {
        switch (exchange.getRelativePath()) {
            case "/thread" ->
                exchange.getResponseSender().send(Thread.currentThread().getName());
            case "/held" -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                inside.countDown();
                open.await();
                running.decrementAndGet();
                exchange.getResponseSender().send("streamed");
            }
            case "/echo" -> {
                exchange.startBlocking();
                byte[] body = exchange.getInputStream().readAllBytes();
                exchange.setResponseContentLength(body.length);
                exchange.getOutputStream().write(body);
            }
            case "/large" -> {
                exchange.startBlocking();
                exchange.getOutputStream().write(new byte[LARGE]);
            }
            default -> throw new IOException("a stream that fails");
        }
    }

    private Socket send(String request) throws IOException {
        Socket socket = new Socket("localhost", server.port());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String firstLine(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
    }

    private void awaitWaiting(int clients) throws InterruptedException {
        for (int i = 0; i < 1_000 && lane.queued() != clients; i++) {
            Thread.sleep(10);
        }
        assertThat(lane.queued()).isEqualTo(clients);
    }

    private static String text(CompletableFuture<HttpResponse<byte[]>> answer) {
        return new String(answer.join().body(), StandardCharsets.UTF_8);
    }

    private static long readToEnd(Socket socket) throws IOException {
        long read = 0;
        byte[] piece = new byte[1 << 16];
        try {
            for (int n = socket.getInputStream().read(piece);
                    n >= 0;
                    n = socket.getInputStream().read(piece)) {
                read += n;
            }
        } catch (SocketException e) {
            return read;
        }
        return read;
    }
}
