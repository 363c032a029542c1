package io.narthex.protocol;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.xnio.channels.StreamSourceChannel;

/**
 * The body of the request under way, read from the connection in large pieces: the servlet's own stream gives 16 kB at a
 * time, and each costs a turn of the connection's selector.
 */
final class RequestBody extends InputStream {
    private static final DirectBuffers BUFFERS = new DirectBuffers();

    private final StreamSourceChannel channel;
    private final ByteBuffer piece;

    private RequestBody(StreamSourceChannel channel, ByteBuffer piece) {
        this.channel = channel;
        this.piece = piece.limit(0);
    }

    /** To be taken once, instead of the servlet's stream. */
    static InputStream of() {
        HttpServerExchange exchange = ServletRequestContext.requireCurrent().getExchange();
        StreamSourceChannel channel = exchange.getRequestChannel();
        if (channel == null) {
            throw new IllegalStateException("somebody else reads the body");
        }
        return new RequestBody(channel, BUFFERS.take());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!piece.hasRemaining() && !fill()) {
            return -1;
        }
        int part = Math.min(length, piece.remaining());
        piece.get(target, offset, part);
        return part;
    }

    /** Gives the buffer back; closed once, by who took it. What is left of the body is the server's. */
    @Override
    public void close() {
        BUFFERS.giveBack(piece);
    }

    /** Takes what has come, and waits only where nothing has. */
    private boolean fill() throws IOException {
        piece.clear();
        int read = channel.read(piece);
        while (read == 0) {
            channel.awaitReadable();
            read = channel.read(piece);
        }
        while (read > 0 && piece.hasRemaining()) {
            read = channel.read(piece);
        }
        piece.flip();
        return piece.hasRemaining();
    }
}
