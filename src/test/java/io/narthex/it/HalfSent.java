package io.narthex.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A request whose body was asked for by the server, and of which one half has been sent. */
public final class HalfSent implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final BufferedReader in;
    private final byte[] body;

    private HalfSent(Socket socket, BufferedReader in, byte[] body) {
        this.socket = socket;
        this.in = in;
        this.body = body;
    }

    /**
     * Sends the head, waits until the server wants the body, and sends half of it.
     *
     * @param headers lines, {@code Name: value}
     * @throws IOException if it does not want it
     */
    public static HalfSent begin(String method, String url, String token, byte[] body, String... headers)
            throws IOException {
        URI uri = URI.create(url);
        StringBuilder head =
                new StringBuilder(method + " " + uri.getRawPath() + " HTTP/1.1\r\nHost: " + uri.getHost() + ":"
                        + uri.getPort() + "\r\nConnection: close\r\nAuthorization: Bearer " + token
                        + "\r\nExpect: 100-continue\r\nContent-Length: " + body.length + "\r\n");
        for (String line : headers) {
            head.append(line).append("\r\n");
        }
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        OutputStream out = socket.getOutputStream();
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String first = String.valueOf(in.readLine());
        if (!first.startsWith("HTTP/1.1 100 ")) {
            socket.close();
            throw new IOException(method + " " + url + ": " + first);
        }
        in.readLine();
        out.write(body, 0, body.length / 2);
        out.flush();
        return new HalfSent(socket, in, body);
    }

    /** Sends the rest; gives the status of the answer. */
    public int finish() throws IOException {
        int half = body.length / 2;
        socket.getOutputStream().write(body, half, body.length - half);
        String line = String.valueOf(in.readLine());
        return Integer.parseInt(line.split(" ", 3)[1]);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
