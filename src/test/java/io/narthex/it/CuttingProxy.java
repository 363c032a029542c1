package io.narthex.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands before a server as a bad line: it cuts connections after so many bytes of answers, each number once; when the
 * numbers are used up it lets all pass.
 */
public final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final URI server;
    private final Deque<Long> cuts;
    private final Runnable atCut;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    public CuttingProxy(String server, List<Long> cuts) throws IOException {
        this(server, cuts, () -> {});
    }

    /**
     * A bad line on which more goes wrong.
     *
     * @param atCut what happens when a connection is cut, before its client sees that
     */
    public CuttingProxy(String server, List<Long> cuts, Runnable atCut) throws IOException {
        this.server = URI.create(server);
        this.atCut = atCut;
        this.cuts = new ArrayDeque<>(cuts);
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** What clients sent so far, piece by piece. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        while (true) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Socket upstream = new Socket(server.getHost(), server.getPort());
            Thread.ofVirtual().start(() -> forward(client, upstream));
            Thread.ofVirtual().start(() -> answer(upstream, client));
        } catch (ConnectException e) {
            client.close();
        }
    }

    private void forward(Socket client, Socket upstream) {
        try (client;
                upstream) {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[8_192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                requests.add(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                upstream.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            return; // one end is gone: so is the other
        }
    }

    private void answer(Socket upstream, Socket client) {
        try (upstream;
                client) {
            InputStream in = upstream.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[8_192];
            long passed = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                passed += n;
                out.write(buffer, 0, n);
                if (isCut(passed)) {
                    atCut.run();
                    return;
                }
            }
        } catch (IOException e) {
            return; // one end is gone: so is the other
        }
    }

    private synchronized boolean isCut(long passed) {
        Long next = cuts.peek();
        if (next == null || passed < next) {
            return false;
        }
        cuts.remove();
        return true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
