package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.blob.DirectBuffers;
import io.narthex.protocol.LoopbackServer;
import io.narthex.protocol.Recipes;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server's one answer to a client that reads when it is told to, and the one buffer that the answer should need. */
final class OneAnswer implements AutoCloseable {
    /** More than the sockets of an answer hold. */
    static final int SIZE = 16 << 20;

    private final byte[] bytes = Recipes.bytes(SIZE);
    private final DirectBuffers buffers;
    private final ByteBuffer buffer;
    private final Steps steps = new Steps();
    private final CompletableFuture<WatchedAnswer> watched = new CompletableFuture<>();
    private final LoopbackServer server;
    private final SlowClient client;
    private volatile Runnable afterPiece = () -> {};

    /**
     * Asks for nothing yet.
     *
     * @param piece bytes of the buffer
     * @param handler sends {@link #bytes} by {@link #buffers} and {@link #steps}
     */
    OneAnswer(int piece, HttpHandler handler) throws IOException {
        buffers = new DirectBuffers(piece);
        buffer = buffers.take();
        buffers.giveBack(buffer);
        server = new LoopbackServer(exchange -> {
            watched.complete(new WatchedAnswer(exchange, steps, () -> afterPiece.run()));
            exchange.setResponseContentLength(SIZE);
            handler.handleRequest(exchange);
        });
        client = new SlowClient(server.port());
    }

    /** @param then runs each time a piece was taken, before the sender is back */
    void afterPiece(Runnable then) {
        afterPiece = then;
    }

    byte[] bytes() {
        return bytes;
    }

    DirectBuffers buffers() {
        return buffers;
    }

    Steps steps() {
        return steps;
    }

    SlowClient client() {
        return client;
    }

    /** Once it has been asked for; waits until then. */
    WatchedAnswer watched() throws Exception {
        return watched.get(1, TimeUnit.MINUTES);
    }

    void comesWhole() throws Exception {
        assertThat(Arrays.mismatch(client.body(), bytes))
                .as("the first byte that differs")
                .isEqualTo(-1);
    }

    /** And no piece of it was given to the sender while that stood in a call on another thread. */
    void comesWholeOneByOne() throws Exception {
        comesWhole();
        assertThat(watched().intrusions()).as("pieces on two threads").isZero();
    }

    /** Waits for its end. */
    void gaveItsBufferBackOnce() throws Exception {
        watched().awaitEnd();
        assertThat(buffers.take()).as("the buffer").isSameAs(buffer);
        assertThat(buffers.take()).as("another buffer").isNotSameAs(buffer);
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
        steps.close();
    }
}
