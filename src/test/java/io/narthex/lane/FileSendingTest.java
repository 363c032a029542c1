package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.blob.DirectBuffers;
import io.narthex.protocol.LoopbackServer;
import io.narthex.protocol.Recipes;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by JUnit
class FileSendingTest {
    /** More than the sockets of an answer hold. */
    private static final int SIZE = 16 << 20;

    private static final int PIECE = 256 << 10;

    @TempDir
    Path directory;

    private final byte[] bytes = Recipes.bytes(SIZE);
    private final DirectBuffers buffers = new DirectBuffers(PIECE);
    private final ByteBuffer buffer = buffers.take();
    private final AtomicInteger closed = new AtomicInteger();
    private final Steps steps = new Steps();
    private final CompletableFuture<WatchedAnswer> answer = new CompletableFuture<>();
    private volatile Runnable afterPiece = () -> {};
    private FileChannel file;
    private LoopbackServer server;
    private SlowClient client;

    @BeforeEach
    void open() throws IOException {
        buffers.giveBack(buffer);
        file = FileChannel.open(Files.write(directory.resolve("file"), bytes));
        server = new LoopbackServer(this::receive);
        client = new SlowClient(server.port());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        steps.close();
        file.close();
    }

    @Test
    void givesTheSenderThePiecesOfADownloadOneByOne() throws Exception {
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
    void letsGoOnceWhereItsClientHangsUpBetweenTwoPieces() throws Exception {
        afterPiece = client::hangUp;

        client.ask();

        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpWhileTheSocketIsFull() throws Exception {
        client.ask();
        steps.awaitOthers();

        client.hangUp();

        letGoOnce();
    }

    private void letGoOnce() throws Exception {
        answer().awaitEnd();
        assertThat(closed).hasValue(1);
        assertThat(buffers.take()).as("the buffer").isSameAs(buffer);
        assertThat(buffers.take()).as("another buffer").isNotSameAs(buffer);
    }

    private WatchedAnswer answer() throws Exception {
        return answer.get(1, TimeUnit.MINUTES);
    }

    private void receive(HttpServerExchange exchange) {
        answer.complete(new WatchedAnswer(exchange, steps, () -> afterPiece.run()));
        exchange.setResponseContentLength(SIZE);
        exchange.dispatch(
                steps,
                (HttpServerExchange x) ->
                        new FileSending(x, file, SIZE, closed::incrementAndGet, buffers, steps).next());
    }
}
