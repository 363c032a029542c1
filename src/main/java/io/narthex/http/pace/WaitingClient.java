package io.narthex.http.pace;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * The client of a request that stands in a line, looked at once a second: one that hangs up leaves the line. The system tells
 * of that only behind what the client sent before, so that as much as a narinfo has is read and kept for whoever reads the
 * request; a client that sent more, or that resets one stream of HTTP/2, is missed when its turn comes. All of it happens on
 * the connection's IO thread.
 */
public final class WaitingClient {
    private static final long LOOK_MILLIS = 1_000;
    /** Of what was sent and not read yet, held for each that waits. */
    private static final int MOST_BYTES = 4_096;

    private final HttpServerExchange exchange;
    private boolean over;

    /** Of a request that has been given to an executor, which does not run it yet. */
    public WaitingClient(HttpServerExchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Begins to look. To be called once it waits.
     *
     * @param withdraw takes it out of the line; false where its turn has come already
     */
    public void watch(BooleanSupplier withdraw) {
        exchange.getIoThread().executeAfter(() -> look(withdraw), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Its turn has come: runs that, and looks no more. */
    public void proceed(Runnable turn) {
        exchange.getIoThread().execute(() -> {
            over = true;
            turn.run();
        });
    }

    private void look(BooleanSupplier withdraw) {
        if (over) {
            return;
        }
        if (!isGone()) {
            watch(withdraw);
        } else if (withdraw.getAsBoolean()) {
            over = true;
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }

    private boolean isGone() {
        if (!exchange.getConnection().isOpen()) {
            return true;
        }
        // of HTTP/2, every frame is read as it comes
        return exchange.getConnection() instanceof AbstractServerConnection connection && isGone(connection);
    }

    private static boolean isGone(AbstractServerConnection connection) {
        @Nullable PooledByteBuffer sent = connection.getExtraBytes();
        int room = MOST_BYTES - (sent == null ? 0 : sent.getBuffer().remaining());
        if (room <= 0) {
            return false;
        }
        // as many look as wait: none makes garbage
        try (PooledByteBuffer pooled = connection.getByteBufferPool().allocate()) {
            ByteBuffer more = pooled.getBuffer();
            more.limit(Math.min(room, more.limit()));
            int read = connection.getOriginalSourceConduit().read(more);
            if (read > 0) {
                keep(connection, sent, more.flip());
            }
            return read < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Where the next reader of the connection looks first. */
    private static void keep(AbstractServerConnection connection, @Nullable PooledByteBuffer sent, ByteBuffer more) {
        ByteBuffer all =
                ByteBuffer.allocate((sent == null ? 0 : sent.getBuffer().remaining()) + more.remaining());
        if (sent != null) {
            all.put(sent.getBuffer());
            sent.close();
        }
        connection.setExtraBytes(new ImmediatePooledByteBuffer(all.put(more).flip()));
    }
}
