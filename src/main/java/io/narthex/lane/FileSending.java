package io.narthex.lane;

import io.narthex.blob.DirectBuffers;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import org.xnio.IoUtils;

/** One file on its way: a buffer is read, written, and read again when the socket has taken it. */
final class FileSending implements IoCallback {
    private static final System.Logger LOG = System.getLogger(FileSending.class.getName());

    private final HttpServerExchange exchange;
    private final FileChannel file;
    private final long size;
    private final Closing closing;
    private final DirectBuffers buffers;
    private final Executor threads;
    private final ByteBuffer buffer;
    private long at;
    private boolean reading;
    private boolean over;

    /** Gives back what was opened; throws nothing. */
    interface Closing {
        void close();
    }

    /**
     * Sends nothing yet.
     *
     * @param size bytes that the answer promises
     * @param closing for when it has ended
     * @param threads for what waits for a disk
     */
    FileSending(
            HttpServerExchange exchange,
            FileChannel file,
            long size,
            Closing closing,
            DirectBuffers buffers,
            Executor threads) {
        this.exchange = exchange;
        this.file = file;
        this.size = size;
        this.closing = closing;
        this.buffers = buffers;
        this.threads = threads;
        this.buffer = buffers.take();
    }

    void next() {
        try {
            if (read()) {
                exchange.getResponseSender().send(buffer.flip(), this);
            }
        } catch (IOException | RuntimeException | Error e) {
            // an Error too: nobody else would ever end this answer, and give back what it holds
            LOG.log(System.Logger.Level.ERROR, "event=file-unreadable", e);
            breakOff();
        }
    }

    /** Reads the next piece; gives whether the answer still goes on. */
    private boolean read() throws IOException {
        synchronized (this) {
            if (over) {
                return false;
            }
            reading = true;
        }
        try {
            buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
            int read = file.read(buffer, at);
            if (read <= 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += read;
        } finally {
            synchronized (this) {
                reading = false;
                if (over) {
                    giveBack();
                }
            }
        }
        synchronized (this) {
            return !over;
        }
    }

    @Override
    public void onComplete(HttpServerExchange ended, Sender sender) {
        if (at == size) {
            if (release()) {
                exchange.endExchange();
            }
        } else if (exchange.isInIoThread()) {
            // A file may have to be read from a disk, for which no IO thread waits. Not before this call has returned:
            // Undertow's sender would then write the next piece on both threads.
            exchange.getIoThread().execute(() -> threads.execute(this::next));
        } else {
            next();
        }
    }

    @Override
    public void onException(HttpServerExchange broken, Sender sender, IOException e) {
        breakOff();
    }

    private void breakOff() {
        if (release()) {
            // not an end: its reader must see that it is not whole
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }

    /**
     * Once, whoever comes first: Undertow may tell of a connection that broke off more than once, and while the next piece is read.
     * Given back twice, a buffer would be two answers'.
     *
     * @return whether this was the first time
     */
    private synchronized boolean release() {
        boolean first = !over;
        over = true;
        if (first && !reading) {
            giveBack();
        }
        return first;
    }

    private void giveBack() {
        buffers.giveBack(buffer);
        closing.close();
    }
}
