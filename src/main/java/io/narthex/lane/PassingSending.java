package io.narthex.lane;

import io.narthex.blob.DirectBuffers;
import io.narthex.upstream.fetch.PassingNar;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** One answer from a file that is fetched: what is there is read and written, and what is not is waited for without a thread. */
final class PassingSending {
    private static final System.Logger LOG = System.getLogger(PassingSending.class.getName());

    private final HttpServerExchange exchange;
    private final PassingNar passing;
    private final long length;
    private final DirectBuffers buffers;
    private final Executor threads;
    private @Nullable ByteBuffer buffer;
    private long at;
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * Sends nothing yet.
     *
     * @param passing is closed when the answer has ended
     * @param length bytes that the answer promises
     * @param threads for what waits for a disk
     */
    PassingSending(
            HttpServerExchange exchange, PassingNar passing, long length, DirectBuffers buffers, Executor threads) {
        this.exchange = exchange;
        this.passing = passing;
        this.length = length;
        this.buffers = buffers;
        this.threads = threads;
    }

    /** Never inside a call of the sender: what is waited for may arrive, and be sent, on another thread at once. */
    void next() {
        try {
            boolean onward;
            do {
                onward = sendOrWait();
            } while (onward);
        } catch (IOException | RuntimeException | Error e) {
            // an Error too: nobody else would ever end this answer, and give back what it holds
            LOG.log(System.Logger.Level.ERROR, "event=passing-nar-unreadable", e);
            breakOff();
        }
    }

    /** Sends what is there, or waits for it; gives whether this thread goes on with the next piece. */
    private boolean sendOrWait() throws IOException {
        long ready = passing.sendable() - at;
        if (ready > 0) {
            return write(ready);
        }
        if (passing.isBroken()) {
            breakOff();
        } else {
            passing.whenBeyond(at, () -> threads.execute(this::next));
        }
        return false;
    }

    private boolean write(long ready) throws IOException {
        ByteBuffer bytes = buffers.take();
        buffer = bytes;
        bytes.clear().limit((int) Math.min(bytes.capacity(), ready));
        int read = passing.read(bytes, at);
        if (read <= 0) {
            throw new EOFException("the file ends at byte " + at);
        }
        at += read;
        Piece piece = new Piece();
        exchange.getResponseSender().send(bytes.flip(), piece);
        return piece.takenAtOnce;
    }

    /** Hears what became of one piece. */
    private final class Piece implements IoCallback {
        /** Whether the next may follow when the sender is back. Only the thread that gave it this piece knows that. */
        private boolean takenAtOnce;

        @Override
        public void onComplete(HttpServerExchange ended, Sender sender) {
            giveBack();
            if (at == length) {
                if (close()) {
                    exchange.endExchange();
                }
            } else if (exchange.isInIoThread()) {
                // as in FileSending: no IO thread waits for a disk, and the sender has to be back first
                exchange.getIoThread().execute(() -> threads.execute(PassingSending.this::next));
            } else {
                takenAtOnce = true;
            }
        }

        @Override
        public void onException(HttpServerExchange broken, Sender sender, IOException e) {
            breakOff();
        }
    }

    private void breakOff() {
        giveBack();
        if (close()) {
            // not an end: its reader must see that it is not whole
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }

    /** Once: others hold the same file. Gives whether this was the first time. */
    private boolean close() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            passing.close();
        }
        return first;
    }

    private void giveBack() {
        ByteBuffer held = buffer;
        if (held != null) {
            buffer = null;
            buffers.giveBack(held);
        }
    }
}
