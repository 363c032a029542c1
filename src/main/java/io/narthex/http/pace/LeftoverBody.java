package io.narthex.http.pace;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The rest of a request body that is no longer wanted once its request is answered. Until then this passes everything
 * through. Afterwards nobody waits for the body: a thread that would is told that it has ended, and Undertow reads away
 * what comes on the connection's IO thread, until the body ends or has had enough bytes or time. One thread at a time
 * uses it.
 */
final class LeftoverBody extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** A client that sends its whole body before it reads an answer has usually sent less. */
    private static final long MOST_BYTES = 64L << 20;
    /** Longer than data takes that is on its way; the values are nginx's for the same (lingering_time, lingering_timeout). */
    private static final Duration MOST_TIME = Duration.ofSeconds(30);

    private static final Duration MOST_SILENCE = Duration.ofSeconds(5);
    /** Of a small body, which may be all there before the answer is: its connection can be used again. */
    private static final int AT_HAND_BYTES = 64 << 10;

    private final HttpServerExchange exchange;
    private boolean left;
    private boolean awaited;
    private boolean over;
    private boolean watched;
    private long dropped;
    private long begun;
    private long lastCame;

    LeftoverBody(StreamSourceConduit next, HttpServerExchange exchange) {
        super(next);
        this.exchange = exchange;
    }

    /** Drops what has come already, up to a bound; gives whether the body ends with it. */
    boolean endsAtHand() {
        try (PooledByteBuffer pooled = pooled()) {
            ByteBuffer buffer = pooled.getBuffer();
            int came = 0;
            for (int read = 1; read > 0 && came < AT_HAND_BYTES; came += read) {
                read = next.read(buffer.clear());
                if (read < 0) {
                    return true;
                }
            }
        } catch (IOException e) {
            // too slow, or cut: it has an end of its own, which who reads it next meets
            return exchange.isRequestComplete();
        }
        return false;
    }

    /** The request is answered: from here on the body is dropped. */
    void leave() {
        left = true;
    }

    /** Whether the request was answered before the end of its body. */
    boolean isLeft() {
        return left;
    }

    @Override
    public void awaitReadable() throws IOException {
        if (left) {
            awaited = true;
        } else {
            next.awaitReadable();
        }
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        if (left) {
            awaited = true;
        } else {
            next.awaitReadable(time, unit);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return isEnd() ? -1 : (int) count(next.read(target));
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return isEnd() ? -1 : count(next.read(targets, offset, length));
    }

    /** Undertow reads a body away by this, into a channel that drops it: the way of the JDK makes garbage of each piece. */
    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        if (!left) {
            return next.transferTo(position, count, target);
        }
        try (PooledByteBuffer pooled = pooled()) {
            ByteBuffer piece = pooled.getBuffer();
            return read(piece.limit((int) Math.min(count, piece.limit())));
        }
    }

    private PooledByteBuffer pooled() {
        return exchange.getConnection().getByteBufferPool().allocate();
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return isEnd() ? -1 : count(next.transferTo(count, throughBuffer, target));
    }

    /** For a thread that wanted to wait; what comes later is read away nevertheless. */
    private boolean isEnd() {
        boolean end = over || (left && awaited);
        awaited = false;
        return end;
    }

    private long count(long read) throws IOException {
        if (left && read > 0) {
            dropped += read;
            lastCame = System.nanoTime();
            if (dropped > MOST_BYTES) {
                end();
                return -1;
            }
        }
        return read;
    }

    private void end() throws IOException {
        over = true;
        next.terminateReads();
    }

    /** Who closes the stream of a body that was left does not end it: Undertow would close the connection at once. */
    @Override
    public void terminateReads() throws IOException {
        if (!left || over) {
            next.terminateReads();
        }
    }

    @Override
    public void resumeReads() {
        super.resumeReads();
        watch();
    }

    @Override
    public void wakeupReads() {
        super.wakeupReads();
        watch();
    }

    /** Undertow has begun to read away what comes. */
    private void watch() {
        if (left && !watched) {
            watched = true;
            begun = System.nanoTime();
            lastCame = begun;
            look(MOST_SILENCE.toNanos());
        }
    }

    private void look(long after) {
        getReadThread().executeAfter(this::look, after, TimeUnit.NANOSECONDS);
    }

    private void look() {
        if (over || exchange.isRequestComplete()) {
            return;
        }
        long now = System.nanoTime();
        long still = MOST_SILENCE.toNanos() - (now - lastCame);
        long rest = Math.min(still, MOST_TIME.toNanos() - (now - begun));
        if (rest > 0) {
            look(rest);
            return;
        }
        try {
            end();
        } catch (IOException e) {
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
