package io.narthex.http.pace;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A response under way whose {@link ResponsePace} is measured. It can be cut off: whoever writes it then finds the
 * connection closed. Another thread's close would wake nobody who waits for the reader. Thread-safe.
 */
final class MeasuredResponse {
    /** How long it may take a thread that waits to see that its answer was cut. */
    private static final long LOOK_MILLIS = 500;

    private final HttpServerExchange exchange;
    private final ResponsePace pace = new ResponsePace();
    private volatile @Nullable StreamSinkConduit sink;
    private volatile boolean cut;

    MeasuredResponse(HttpServerExchange exchange) {
        this.exchange = exchange;
    }

    boolean isSlow(long now) {
        return pace.isSlow(now);
    }

    /** Lets what writes this answer fail now. */
    void cut() {
        cut = true;
        StreamSinkConduit writing = sink;
        if (writing != null && writing.isWriteResumed()) {
            writing.wakeupWrites();
        }
    }

    /** Stands before what the answer is written to. */
    StreamSinkConduit conduit(StreamSinkConduit next) {
        Measured made = new Measured(next);
        sink = made;
        return made;
    }

    private final class Measured extends AbstractStreamSinkConduit<StreamSinkConduit> {
        Measured(StreamSinkConduit next) {
            super(next);
        }

        /** A reset, since an answer without a length would seem to have come to its end with an orderly close. */
        private void require() throws ClosedChannelException {
            if (cut) {
                try {
                    exchange.getConnection().setOption(Options.CLOSE_ABORT, true);
                } catch (IOException | IllegalArgumentException e) {
                    exchange.setPersistent(false); // closed already, or of a kind that knows no reset
                }
                IoUtils.safeClose(exchange.getConnection());
                throw new ClosedChannelException();
            }
        }

        private long took(long bytes, boolean all) {
            pace.took(Math.max(0, bytes), all, System.nanoTime());
            return bytes;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            require();
            return (int) took(next.write(source), !source.hasRemaining());
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            require();
            return took(next.write(sources, offset, length), !sources[offset + length - 1].hasRemaining());
        }

        @Override
        public int writeFinal(ByteBuffer source) throws IOException {
            require();
            return (int) took(next.writeFinal(source), !source.hasRemaining());
        }

        @Override
        public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
            require();
            return took(next.writeFinal(sources, offset, length), !sources[offset + length - 1].hasRemaining());
        }

        @Override
        public long transferFrom(FileChannel source, long position, long count) throws IOException {
            require();
            long moved = next.transferFrom(source, position, count);
            return took(moved, moved == count);
        }

        @Override
        public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) throws IOException {
            require();
            long moved = next.transferFrom(source, count, through);
            return took(moved, moved == count);
        }

        @Override
        public boolean flush() throws IOException {
            require();
            boolean all = next.flush();
            took(0, all);
            return all;
        }

        /** No last chunk behind what was cut. */
        @Override
        public void terminateWrites() throws IOException {
            require();
            next.terminateWrites();
        }

        /** Returns early, which is allowed: whoever waits tries again. */
        @Override
        public void awaitWritable() throws IOException {
            require();
            next.awaitWritable(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            require();
        }
    }
}
