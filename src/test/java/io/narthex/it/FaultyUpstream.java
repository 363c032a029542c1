package io.narthex.it;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Another server that does whatever a test wants: it is slow, cuts an answer at a byte, tells a wrong length, redirects, or
 * says nothing. It keeps every request. Speaks HTTP/1.1 by itself, since a library would repair what is to be wrong.
 */
public final class FaultyUpstream implements AutoCloseable {
    private static final byte[] NONE = {};

    private final ServerSocket listener;
    private final String scheme;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> cuts = new ConcurrentHashMap<>();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private volatile boolean silent;
    private volatile boolean hangsUp;

    /** At a free port of 127.0.0.1. */
    public FaultyUpstream() throws IOException {
        this(new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()), "http");
    }

    /**
     * At an address that listens already.
     *
     * @param listener of TLS, where the scheme says so
     */
    public FaultyUpstream(ServerSocket listener, String scheme) {
        this.listener = listener;
        this.scheme = scheme;
        Thread.ofVirtual().start(this::accept);
    }

    /**
     * What was asked.
     *
     * @param headers by their names in lower case
     */
    public record Request(String method, String path, Map<String, String> headers) {}

    /**
     * What is answered at a path.
     *
     * @param length that is told; null: the body's own
     * @param cutAt bytes of the body behind which the connection ends; negative: none
     * @param gate is waited for before the byte {@code heldAt} of the body; null: nothing is
     * @param pauseMillis between pieces of {@code piece} bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Answer(
            int status,
            Map<String, String> headers,
            byte[] body,
            @Nullable Long length,
            long cutAt,
            @Nullable CountDownLatch gate,
            long heldAt,
            long pauseMillis,
            int piece,
            boolean ranges) {
        public static Answer of(int status, byte[] body) {
            return new Answer(status, Map.of(), body, null, -1, null, 0, 0, 64 << 10, false);
        }

        public static Answer ok(byte[] body) {
            return of(200, body);
        }

        public static Answer ok(String body) {
            return ok(body.getBytes(StandardCharsets.UTF_8));
        }

        public static Answer redirect(String location) {
            return of(302, NONE).with("Location", location);
        }

        public Answer with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Answer(status, more, body, length, cutAt, gate, heldAt, pauseMillis, piece, ranges);
        }

        public Answer telling(long wrong) {
            return new Answer(status, headers, body, wrong, cutAt, gate, heldAt, pauseMillis, piece, ranges);
        }

        public Answer cutAt(long bytes) {
            return new Answer(status, headers, body, length, bytes, gate, heldAt, pauseMillis, piece, ranges);
        }

        /** Goes on behind so many bytes of the body only when the latch is open. */
        public Answer heldAt(long bytes, CountDownLatch latch) {
            return new Answer(status, headers, body, length, cutAt, latch, bytes, pauseMillis, piece, ranges);
        }

        public Answer slowly(int bytes, long millis) {
            return new Answer(status, headers, body, length, cutAt, gate, heldAt, millis, bytes, ranges);
        }

        /** Gives parts to who asks for them. */
        public Answer inRanges() {
            return new Answer(status, headers, body, length, cutAt, gate, heldAt, pauseMillis, piece, true);
        }
    }

    public String url() {
        return scheme + "://127.0.0.1:" + port();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** From now on; what is not set is 404. */
    public FaultyUpstream answer(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    public void change(String path, UnaryOperator<Answer> change) {
        answers.computeIfPresent(path, (p, known) -> change.apply(known));
    }

    /** Cuts so many answers at a path, each behind so many bytes of its body; those that follow are whole. */
    public void cut(String path, long bytes, int times) {
        Answer whole = answers.getOrDefault(path, Answer.of(404, NONE));
        cuts.put(path, new AtomicInteger(times));
        answers.put(path, whole.cutAt(bytes));
    }

    private Answer next(String path) {
        Answer answer = answers.getOrDefault(path, Answer.of(404, NONE));
        AtomicInteger left = cuts.get(path);
        return left != null && left.getAndDecrement() <= 0 ? answer.cutAt(-1) : answer;
    }

    /** From now on requests are read and never answered. */
    public void fallSilent(boolean now) {
        silent = now;
    }

    /** From now on each connection ends behind its first answer, which does not say so. */
    public void hangUp(boolean now) {
        hangsUp = now;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public long requestsOf(String path) {
        return requests.stream().filter(r -> r.path().equals(path)).count();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                requests.add(request);
                if (silent) {
                    in.skip(Long.MAX_VALUE);
                    return;
                }
                Answer answer = next(request.path());
                if (!write(request, answer, client.getOutputStream()) || hangsUp) {
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            return; // who asked is gone
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        List<String> words = new ArrayList<>(Arrays.asList(start.split(" ", -1)));
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Request(words.get(0), words.get(1), headers);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return null;
    }

    /** False where the connection ends with the answer. */
    private static boolean write(Request request, Answer answer, OutputStream out)
            throws IOException, InterruptedException {
        byte[] body = answer.body();
        int from = answer.ranges() ? begin(request) : 0;
        long length = answer.length() != null ? answer.length() - from : body.length - from;
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(from > 0 ? 206 : answer.status())
                .append(" -\r\nContent-Length: ")
                .append(length)
                .append("\r\n");
        if (from > 0) {
            head.append("Content-Range: bytes " + from + "-" + (body.length - 1) + "/" + body.length + "\r\n");
        }
        answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (request.method().equals("HEAD")) {
            return true;
        }
        long end = answer.cutAt() < 0 ? body.length : Math.min(body.length, from + answer.cutAt());
        CountDownLatch gate = answer.gate();
        for (int at = from; at < end; ) {
            if (gate != null && at >= answer.heldAt()) {
                gate.await();
            }
            long next = gate != null && at < answer.heldAt() ? Math.min(end, answer.heldAt()) : end;
            int part = (int) Math.min(answer.piece(), next - at);
            out.write(body, at, part);
            out.flush();
            at += part;
            if (answer.pauseMillis() > 0) {
                Thread.sleep(answer.pauseMillis());
            }
        }
        return end == body.length && length == body.length - from;
    }

    private static int begin(Request request) {
        String range = request.headers().getOrDefault("range", "");
        return range.matches("bytes=\\d+-") ? Integer.parseInt(range.substring(6, range.length() - 1)) : 0;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
