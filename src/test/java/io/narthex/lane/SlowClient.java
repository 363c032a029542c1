package io.narthex.lane;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks for one answer and reads it when it is told to, so that the server has to wait for the socket; or hangs up. */
final class SlowClient implements AutoCloseable {
    private static final String ASKED = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /** So small that the kernel holds little of the answer. */
    private static final int RECEIVED_AHEAD = 16 << 10;

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();

    SlowClient(int port) throws IOException {
        socket.setReceiveBufferSize(RECEIVED_AHEAD);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress("localhost", port));
    }

    void ask() throws IOException {
        socket.getOutputStream().write(ASKED.getBytes(StandardCharsets.US_ASCII));
    }

    /** The body, until the server closes the connection. */
    byte[] body() throws IOException {
        InputStream answer = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = answer.read();
            if (next < 0) {
                throw new IOException("no answer but " + head.toString(StandardCharsets.US_ASCII));
            }
            head.write(next);
        }
        return answer.readAllBytes();
    }

    /** The server's next write fails. */
    void hangUp() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
