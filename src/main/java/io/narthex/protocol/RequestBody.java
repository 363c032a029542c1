package io.narthex.protocol;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * The body of the present request, read from the connection as much at a time as the reader has room for. The servlet's
 * own stream gives 16 kB, and each such piece costs a turn of the connection's selector.
 */
public record RequestBody(StreamSourceChannel channel) implements ReadableByteChannel {
    /**
     * To be taken once, instead of the servlet's stream.
     *
     * @throws ProblemException where a lane has read it for a right that had gone at its end, and is there again
     */
    public static RequestBody of(HttpServerExchange exchange) {
        StreamSourceChannel channel = exchange.getRequestChannel();
        if (channel == null) {
            throw new ProblemException(ProblemType.UNAVAILABLE, "What allows this changes all the time");
        }
        return new RequestBody(channel);
    }

    /** Takes what has come, and waits only where nothing has. */
    @Override
    public int read(ByteBuffer target) throws IOException {
        int read = channel.read(target);
        while (read == 0 && target.hasRemaining()) {
            channel.awaitReadable();
            read = channel.read(target);
        }
        return read;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** What is left of the body is the server's. */
    @Override
    public void close() {}
}
