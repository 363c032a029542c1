package io.narthex.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands before a server as the network that leads to it. When it is gone, nothing comes through and nothing is closed, as
 * where a host lost its power: connections stay open and silent, new ones too.
 */
public final class BlackHole implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Both ends of each connection that came through, also of those that stay silent. */
    private final Set<Socket> opened = ConcurrentHashMap.newKeySet();
    /** Guarded by the lock. */
    private boolean gone;

    /** A way to a port of this machine. */
    public BlackHole(int port) throws IOException {
        this.port = port;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** From now on nothing comes through. */
    public void vanish() {
        set(true);
    }

    /** New connections come through again; those that were open stay silent for ever. */
    public void comeBack() {
        set(false);
    }

    private void set(boolean now) {
        lock.lock();
        try {
            gone = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isGone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    private void awaitWay() throws InterruptedException {
        lock.lock();
        try {
            while (gone) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client) {
        try {
            awaitWay();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            opened.add(client);
            opened.add(server);
            Thread.ofVirtual().start(() -> forward(client, server));
            forward(server, client);
        } catch (ConnectException e) {
            close(client);
        } catch (IOException | InterruptedException e) {
            return; // the test is over
        }
    }

    /** The end of a connection that has fallen in is not told either. */
    private void forward(Socket from, Socket to) {
        boolean lost = false;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8_192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                lost |= isGone();
                if (!lost) {
                    out.write(buffer, 0, n);
                }
            }
        } catch (IOException e) {
            lost |= isGone();
        }
        if (!lost && !isGone()) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is
        }
    }

    /** Then all that was open is closed: a database would keep the transactions of silent clients, and others wait for these. */
    @Override
    public void close() throws IOException {
        listener.close();
        comeBack();
        opened.forEach(BlackHole::close);
    }
}
