package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.blob.DirectBuffers;
import io.narthex.protocol.LoopbackServer;
import io.narthex.protocol.Recipes;
import io.narthex.upstream.fetch.PassingNar;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by JUnit
class PassingSendingTest {
    /** More than the sockets of an answer hold. */
    private static final int SIZE = 16 << 20;

    private static final int PIECE = 64 << 10;
    /** So little that the socket takes it at once. */
    private static final int LITTLE = 1_000;

    @TempDir
    Path directory;

    private final byte[] bytes = Recipes.bytes(SIZE);
    private final DirectBuffers buffers = new DirectBuffers(PIECE);
    private final ByteBuffer buffer = buffers.take();
    private final Steps steps = new Steps();
    private final CompletableFuture<WatchedAnswer> answer = new CompletableFuture<>();
    private volatile Runnable afterPiece = () -> {};
    private PassingNar passing;
    private LoopbackServer server;
    private SlowClient client;

    @BeforeEach
    void open() throws IOException {
        buffers.giveBack(buffer);
        passing = new PassingNar(directory);
        passing.length().complete((long) SIZE);
        // another answer's, and this one's
        passing.hold();
        passing.hold();
        server = new LoopbackServer(this::receive);
        client = new SlowClient(server.port());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        steps.close();
    }

    @Test
    void givesTheSenderThePiecesOfADownloadOneByOne() throws Exception {
        arrive(SIZE);
        client.ask();
        steps.awaitOthers();

        byte[] body = client.body();

        assertThat(answer().toldOnIoThread()).isPositive();
        assertThat(answer().intrusions()).as("pieces on two threads").isZero();
        assertThat(Arrays.mismatch(body, bytes))
                .as("the first byte that differs")
                .isEqualTo(-1);
        letGoOnce();
    }

    @Test
    void givesTheSenderNothingThatArrivesBeforeItIsBack() throws Exception {
        arrive(LITTLE);
        afterPiece = () -> arrive(passing.arrived() < 10 * LITTLE ? LITTLE : SIZE);
        client.ask();

        byte[] body = client.body();

        assertThat(answer().intrusions()).as("pieces on two threads").isZero();
        assertThat(Arrays.mismatch(body, bytes))
                .as("the first byte that differs")
                .isEqualTo(-1);
        letGoOnce();
    }

    @Test
    void sendsWhatArrivesWhileItWaits() throws Exception {
        client.ask();
        for (int i = 0; i < 10; i++) {
            steps.awaitOthers();
            arrive(LITTLE);
        }
        steps.awaitOthers();
        arrive(SIZE);

        byte[] body = client.body();

        assertThat(Arrays.mismatch(body, bytes))
                .as("the first byte that differs")
                .isEqualTo(-1);
        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpBetweenTwoPieces() throws Exception {
        arrive(SIZE);
        afterPiece = client::hangUp;

        client.ask();

        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpWhileTheSocketIsFull() throws Exception {
        arrive(SIZE);
        client.ask();
        steps.awaitOthers();

        client.hangUp();

        letGoOnce();
    }

    /** The buffer, and the file, which another answer still reads. */
    private void letGoOnce() throws Exception {
        answer().awaitEnd();
        assertThat(buffers.take()).as("the buffer").isSameAs(buffer);
        assertThat(buffers.take()).as("another buffer").isNotSameAs(buffer);
        assertThat(passing.read(ByteBuffer.allocate(1), 0)).isOne();
        passing.close();
        assertThatThrownBy(() -> passing.read(ByteBuffer.allocate(1), 0)).isInstanceOf(ClosedChannelException.class);
    }

    /** So many bytes more, or as many as there still are. */
    private void arrive(int count) {
        try {
            int at = (int) passing.arrived();
            if (at < SIZE) {
                passing.append(ByteBuffer.wrap(bytes, at, Math.min(count, SIZE - at)));
                if (passing.arrived() == SIZE) {
                    passing.release();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WatchedAnswer answer() throws Exception {
        return answer.get(1, TimeUnit.MINUTES);
    }

    private void receive(HttpServerExchange exchange) {
        answer.complete(new WatchedAnswer(exchange, steps, () -> afterPiece.run()));
        exchange.setResponseContentLength(SIZE);
        exchange.dispatch(steps, (Runnable) () -> new PassingSending(exchange, passing, SIZE, buffers, steps).next());
    }
}
