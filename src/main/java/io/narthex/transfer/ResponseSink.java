package io.narthex.transfer;

import io.narthex.nix.nar.NarSink;
import io.undertow.io.BufferWritableOutputStream;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;

/**
 * Writes the body of the response under way, taken at the servlet: a direct buffer goes to the socket as it is.
 * JAX-RS's own stream would copy each byte twice more.
 */
final class ResponseSink implements NarSink {
    /** What a socket takes at once, about. */
    private static final int FILE_BUFFER = 256 << 10;

    private final ServletOutputStream stream;
    private final BufferWritableOutputStream buffers;

    private ResponseSink(ServletOutputStream stream, BufferWritableOutputStream buffers) {
        this.stream = stream;
        this.buffers = buffers;
    }

    /** @param out what JAX-RS hands over; its first write, of nothing, makes it set status and headers */
    static ResponseSink of(OutputStream out) throws IOException {
        out.write(new byte[0]);
        ServletOutputStream stream =
                ServletRequestContext.requireCurrent().getServletResponse().getOutputStream();
        if (stream instanceof BufferWritableOutputStream buffers) {
            return new ResponseSink(stream, buffers);
        }
        throw new IllegalStateException("not Undertow's stream: " + stream.getClass());
    }

    @Override
    public void write(ByteBuffer bytes) throws ClientGoneException {
        try {
            buffers.write(bytes);
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }

    /** Sends a part of a file, read at its place: others may read the channel too. */
    void transfer(FileChannel file, long first, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(length, FILE_BUFFER));
        long at = first;
        while (at < first + length) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), first + length - at));
            int read = file.read(buffer, at);
            if (read < 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += read;
            write(buffer.flip());
        }
    }

    /** The same body as a stream. */
    OutputStream asStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    stream.write(bytes, offset, length);
                } catch (IOException e) {
                    throw new ClientGoneException(e);
                }
            }
        };
    }

    /** Ends the answer under way so that its reader sees that it is not whole. */
    static void breakOff() {
        HttpServerExchange exchange = ServletRequestContext.requireCurrent().getExchange();
        IoUtils.safeClose(exchange.getConnection());
    }

    /** The reader went away, or reads too slowly; nothing is wrong with what was sent. */
    static final class ClientGoneException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        ClientGoneException(IOException cause) {
            super(cause);
        }
    }
}
