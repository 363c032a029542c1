package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by JUnit
class FileSendingTest {
    private static final int PIECE = 256 << 10;

    @TempDir
    Path directory;

    private final AtomicInteger closed = new AtomicInteger();
    private FileChannel file;
    private OneAnswer answer;

    @BeforeEach
    void open() throws IOException {
        answer = new OneAnswer(PIECE, this::receive);
        file = FileChannel.open(Files.write(directory.resolve("file"), answer.bytes()));
    }

    @AfterEach
    void close() throws IOException {
        answer.close();
        file.close();
    }

    @Test
    void givesTheSenderThePiecesOfADownloadOneByOne() throws Exception {
        answer.client().ask();
        answer.steps().awaitOthers();

        answer.comesWholeOneByOne();
        assertThat(answer.watched().toldOnIoThread()).isPositive();
        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpBetweenTwoPieces() throws Exception {
        answer.afterPiece(answer.client()::hangUp);

        answer.client().ask();

        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpWhileTheSocketIsFull() throws Exception {
        answer.client().ask();
        answer.steps().awaitOthers();

        answer.client().hangUp();

        letGoOnce();
    }

    private void letGoOnce() throws Exception {
        answer.gaveItsBufferBackOnce();
        assertThat(closed).hasValue(1);
    }

    private void receive(HttpServerExchange exchange) {
        exchange.dispatch(
                answer.steps(),
                (HttpServerExchange x) -> new FileSending(
                                x, file, OneAnswer.SIZE, closed::incrementAndGet, answer.buffers(), answer.steps())
                        .next());
    }
}
