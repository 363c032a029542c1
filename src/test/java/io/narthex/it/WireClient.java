package io.narthex.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Speaks HTTP/1.1 over a bare socket, so that nothing is made right or hidden on the way. One request a connection. */
public final class WireClient {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final String host;
    private final int port;
    private final String authority;

    public WireClient(String url) {
        URI uri = URI.create(url);
        this.host = uri.getHost();
        this.port = uri.getPort();
        this.authority = host + ":" + port;
    }

    private WireClient(String host, int port, String authority) {
        this.host = host;
        this.port = port;
        this.authority = authority;
    }

    public String url() {
        return "http://" + host + ":" + port;
    }

    /** To the same server, which is called so in the Host header. */
    public WireClient at(String name) {
        return new WireClient(host, port, name);
    }

    /** To the server of the integration tests. */
    public static WireClient toServer() {
        return new WireClient(System.getProperty("it.url"));
    }

    /**
     * An answer as it came.
     *
     * @param headers by name in lower case; lines of one name are joined by a comma
     * @param body as far as it came
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        public boolean has(String name) {
            return headers.containsKey(name.toLowerCase(Locale.ROOT));
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Whether as many bytes came as were promised. */
        public boolean isWhole() {
            return Long.parseLong(header("Content-Length")) == body.length;
        }
    }

    /**
     * Asks for a URL, which is sent as it is.
     *
     * @param headers lines, {@code Name: value}
     */
    public Answer get(String target, String... headers) throws IOException {
        return send("GET", target, headers);
    }

    public Answer head(String target, String... headers) throws IOException {
        return send("HEAD", target, headers);
    }

    public Answer send(String method, String target, String... headers) throws IOException {
        return ask(method, target, headers).orElseThrow(() -> new IOException("no answer to " + method + " " + target));
    }

    /** Empty when the server closed the connection without a word. */
    public Optional<Answer> ask(String method, String target, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(
                method + " " + target + " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n");
        for (String line : headers) {
            request.append(line).append("\r\n");
        }
        try (Socket socket = new Socket(host, port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            // one byte a character: a test names the bytes it sends
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            byte[] all = readToEnd(socket.getInputStream());
            return all.length == 0 ? Optional.empty() : Optional.of(parse(all));
        }
    }

    /** Asks, reads one byte of the answer and resets the connection. */
    public void abandon(String target) throws IOException {
        String request = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        try (Socket socket = new Socket(host, port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            if (socket.getInputStream().read() < 0) {
                throw new IOException("no answer to GET " + target);
            }
            socket.setSoLinger(true, 0);
        }
    }

    private static byte[] readToEnd(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.write(buffer, 0, n);
            }
        } catch (SocketException e) {
            return all.toByteArray(); // broken off: what came is what there is
        }
        return all.toByteArray();
    }

    private static Answer parse(byte[] all) throws IOException {
        int end = endOfHead(all);
        String[] lines = new String(all, 0, end, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.merge(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip(),
                    (a, b) -> a + ", " + b);
        }
        byte[] body = Arrays.copyOfRange(all, end + END_OF_HEAD.length, all.length);
        boolean chunked = "chunked".equals(headers.get("transfer-encoding"));
        return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, chunked ? joined(body) : body);
    }

    private static int endOfHead(byte[] all) throws IOException {
        for (int i = 0; i <= all.length - END_OF_HEAD.length; i++) {
            if (Arrays.equals(all, i, i + END_OF_HEAD.length, END_OF_HEAD, 0, END_OF_HEAD.length)) {
                return i;
            }
        }
        throw new IOException("no head: " + new String(all, StandardCharsets.ISO_8859_1));
    }

    /** The contents of chunks (RFC 9112, 7.1). */
    private static byte[] joined(byte[] chunks) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = 0;
        while (at < chunks.length) {
            int line = at;
            while (chunks[line] != '\r') {
                line++;
            }
            int size = Integer.parseInt(new String(chunks, at, line - at, StandardCharsets.ISO_8859_1), 16);
            body.write(chunks, line + 2, size);
            at = line + 2 + size + 2;
            if (size == 0) {
                break;
            }
        }
        return body.toByteArray();
    }
}
