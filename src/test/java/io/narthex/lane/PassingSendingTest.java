package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.upstream.fetch.PassingNar;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by JUnit
class PassingSendingTest {
    private static final int PIECE = 64 << 10;
    /** So little that the socket takes it at once. */
    private static final int LITTLE = 1_000;

    @TempDir
    Path directory;

    private PassingNar passing;
    private OneAnswer answer;

    @BeforeEach
    void open() throws IOException {
        passing = new PassingNar(directory);
        passing.length().complete((long) OneAnswer.SIZE);
        // another answer's, and this one's
        passing.hold();
        passing.hold();
        answer = new OneAnswer(PIECE, this::receive);
    }

    @AfterEach
    void close() throws IOException {
        answer.close();
    }

    @Test
    void givesTheSenderThePiecesOfADownloadOneByOne() throws Exception {
        arrive(OneAnswer.SIZE);
        answer.client().ask();
        answer.steps().awaitOthers();

        answer.comesWholeOneByOne();
        assertThat(answer.watched().toldOnIoThread()).isPositive();
        letGoOnce();
    }

    @Test
    void givesTheSenderNothingThatArrivesBeforeItIsBack() throws Exception {
        arrive(LITTLE);
        answer.afterPiece(() -> arrive(passing.arrived() < 10 * LITTLE ? LITTLE : OneAnswer.SIZE));
        answer.client().ask();

        answer.comesWholeOneByOne();
        letGoOnce();
    }

    @Test
    void sendsWhatArrivesWhileItWaits() throws Exception {
        answer.client().ask();
        for (int i = 0; i < 10; i++) {
            answer.steps().awaitOthers();
            arrive(LITTLE);
        }
        answer.steps().awaitOthers();
        arrive(OneAnswer.SIZE);

        answer.comesWhole();
        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpBetweenTwoPieces() throws Exception {
        arrive(OneAnswer.SIZE);
        answer.afterPiece(answer.client()::hangUp);

        answer.client().ask();

        letGoOnce();
    }

    @Test
    void letsGoOnceWhereItsClientHangsUpWhileTheSocketIsFull() throws Exception {
        arrive(OneAnswer.SIZE);
        answer.client().ask();
        answer.steps().awaitOthers();

        answer.client().hangUp();

        letGoOnce();
    }

    /** The buffer, and the file, which another answer still reads. */
    private void letGoOnce() throws Exception {
        answer.gaveItsBufferBackOnce();
        assertThat(passing.read(ByteBuffer.allocate(1), 0)).isOne();
        passing.close();
        assertThatThrownBy(() -> passing.read(ByteBuffer.allocate(1), 0)).isInstanceOf(ClosedChannelException.class);
    }

    /** So many bytes more, or as many as there still are. */
    private void arrive(int count) {
        try {
            int at = (int) passing.arrived();
            if (at < OneAnswer.SIZE) {
                passing.append(ByteBuffer.wrap(answer.bytes(), at, Math.min(count, OneAnswer.SIZE - at)));
                if (passing.arrived() == OneAnswer.SIZE) {
                    passing.release();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void receive(HttpServerExchange exchange) {
        exchange.dispatch(answer.steps(), (Runnable)
                () -> new PassingSending(exchange, passing, OneAnswer.SIZE, answer.buffers(), answer.steps()).next());
    }
}
