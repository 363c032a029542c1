package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

class StreamLaneTest {
    private static final int PER_ADDRESS = 128;
    private static final int PER_TOKEN = 192;
    private static final int THREADS = 256;
    /** So many more than may run. */
    private static final int MORE = 12;

    private final StreamLane lane = StreamLane.forDownloads();
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
    }

    @Test
    void runsOnThreadsOfItsOwn() {
        assertThat(text(server.ask("/thread"))).startsWith("narthex-stream-");
    }

    @Test
    void letsNoMoreOfAnAddressRunThanItMayAndForgetsNone() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> answers = fill(PER_ADDRESS, PER_ADDRESS + MORE, 1);

        open.countDown();

        assertThat(answers).allSatisfy(answer -> assertThat(text(answer)).isEqualTo("streamed"));
        assertThat(most.get()).isEqualTo(PER_ADDRESS);
    }

    @Test
    void letsAnotherAddressPassThoseThatWait() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> held = fill(PER_ADDRESS, PER_ADDRESS + MORE, 1);

        assertThat(text(server.ask("/thread", "X-From", "2"))).startsWith("narthex-stream-");
        assertThat(held).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void letsNoMoreRunInAllThanItMayAndForgetsNone() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> answers = fill(THREADS, THREADS + MORE, 3);

        open.countDown();

        assertThat(answers).allSatisfy(answer -> assertThat(text(answer)).isEqualTo("streamed"));
        assertThat(most.get()).isEqualTo(THREADS);
    }

    @Test
    void givesAPlaceBackWhenAStreamFails() {
        for (int i = 0; i < PER_ADDRESS + 1; i++) {
            assertThat(server.ask("/failing").join().statusCode()).isEqualTo(500);
        }

        assertThat(text(server.ask("/thread"))).startsWith("narthex-stream-");
    }

    /** Asks for streams that go on until they may end, in turn from so many addresses; gives them when all are there. */
    private List<CompletableFuture<HttpResponse<byte[]>>> fill(int places, int streams, int addresses)
            throws InterruptedException {
        inside = new CountDownLatch(places + streams);
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            answers.add(server.ask("/held", "X-From", Integer.toString(1 + i % addresses)));
        }
        assertThat(inside.await(1, TimeUnit.MINUTES)).isTrue();
        return answers;
    }

    @Test
    void letsNoMoreOfATokenRunThanItMayFromWhereverItComes() throws Exception {
        inside = new CountDownLatch(PER_TOKEN + PER_TOKEN + MORE);
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < PER_TOKEN + MORE; i++) {
            answers.add(server.ask("/held", "X-From", Integer.toString(1 + i % 3), "Authorization", "Bearer one"));
        }
        assertThat(inside.await(1, TimeUnit.MINUTES)).isTrue();

        assertThat(text(server.ask("/thread", "X-From", "1", "Authorization", "Bearer two")))
                .startsWith("narthex-stream-");
        open.countDown();

        assertThat(answers).allSatisfy(answer -> assertThat(text(answer)).isEqualTo("streamed"));
        assertThat(most.get()).isEqualTo(PER_TOKEN);
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        String from = exchange.getRequestHeaders().getFirst("X-From");
        byte last = from == null ? 1 : Byte.parseByte(from);
        exchange.setSourceAddress(new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, last}), 1));
        lane.run(exchange, StreamLaneTest.this::stream);
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
            default -> throw new IOException("a stream that fails");
        }
    }

    private static String text(CompletableFuture<HttpResponse<byte[]>> answer) {
        return new String(answer.join().body(), StandardCharsets.UTF_8);
    }
}
