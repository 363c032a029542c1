package io.narthex.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** One connection on which a test sends the bytes it likes, one byte a character, and reads answer by answer. */
public final class WireConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    private WireConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** To the server of the integration tests. */
    public static WireConnection toServer() throws IOException {
        return to(URI.create(System.getProperty("it.url")));
    }

    public static WireConnection to(URI uri) throws IOException {
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new WireConnection(socket);
    }

    public void send(String bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException e) {
            // closed by the server before all was sent: what it said can be read still
        }
    }

    /**
     * The next answer, read to its end; empty where the connection ended instead.
     *
     * @param toHead whether it answers HEAD, and so has no body whatever its headers say
     */
    public Optional<Status> answer(boolean toHead) throws IOException {
        String line = line();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        int status = Integer.parseInt(line.split(" ", 3)[1]);
        long length = 0;
        boolean chunked = false;
        boolean close = line.startsWith("HTTP/1.0");
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding: chunked");
            close |= lower.equals("connection: close");
        }
        boolean bodiless = toHead || status < 200 || status == 204 || status == 304;
        if (chunked && !bodiless) {
            skipChunks();
        } else if (!bodiless) {
            in.skipNBytes(length);
        }
        return Optional.of(new Status(status, close));
    }

    /**
     * How a request was answered.
     *
     * @param last whether the server said that it closes the connection
     */
    public record Status(int code, boolean last) {}

    /** Whether the server ended the connection: nothing more came. */
    public boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    private void skipChunks() throws IOException {
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            in.skipNBytes(size + 2L);
        }
        line();
    }

    /** Without its end; empty at the end of the connection too. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                line.write(b);
            }
        } catch (SocketException e) {
            return "";
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
