package io.narthex.http;

import io.narthex.http.pace.BodyPace;
import io.narthex.http.pace.PacedBodies;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.util.SameThreadExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.xnio.channels.StreamSourceChannel;

/**
 * One body that {@link JsonBodies} is reading. All methods but {@link #leave} are called on the connection's IO thread.
 */
final class ArrivingBody {
    private static final int PIECE = 8_192;
    private static final long LOOK_MILLIS = 250;

    private final HttpServerExchange exchange;
    private final HttpHandler next;
    private final int most;
    private final BooleanSupplier wanted;
    private final Runnable leaving;
    private final BodyPace pace;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicBoolean left = new AtomicBoolean();
    private long lookedAt;
    private int seen;
    private boolean over;

    /** @param most so many bytes are read at most */
    ArrivingBody(
            HttpServerExchange exchange,
            int most,
            Duration idle,
            HttpHandler next,
            BooleanSupplier wanted,
            Runnable leaving) {
        this.exchange = exchange;
        this.most = most;
        this.next = next;
        this.wanted = wanted;
        this.leaving = leaving;
        pace = new BodyPace(idle);
    }

    /** Begins to read; inside a handler's call. */
    void start() throws Exception {
        exchange.addExchangeCompleteListener((ended, others) -> {
            leave();
            others.proceed();
        });
        if (!HttpContinue.requiresContinueResponse(exchange)) {
            receive();
            return;
        }
        HttpContinue.sendContinueResponse(exchange, new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange asked, Sender sender) {
                asked.dispatch(SameThreadExecutor.INSTANCE, (HttpHandler) x -> receive());
            }

            @Override
            public void onException(HttpServerExchange broken, Sender sender, IOException e) {
                broken.endExchange();
            }
        });
    }

    private void receive() throws Exception {
        StreamSourceChannel channel = exchange.getRequestChannel();
        lookedAt = System.nanoTime();
        if (read(channel)) {
            handOver();
            return;
        }
        channel.getReadSetter().set(this::readable);
        channel.resumeReads();
        lookLater(channel);
    }

    private void readable(StreamSourceChannel channel) {
        try {
            if (!over && read(channel)) {
                goOn(channel);
            }
        } catch (IOException e) {
            over = true;
            exchange.endExchange();
        }
    }

    /** Whether there is no more to come, or no more is looked at. */
    private boolean read(StreamSourceChannel channel) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        int count = 0;
        while (bytes.size() < most) {
            piece.clear().limit(Math.min(PIECE, most - bytes.size()));
            count = channel.read(piece);
            if (count <= 0) {
                break;
            }
            bytes.write(piece.array(), 0, count);
        }
        return count < 0 || bytes.size() == most;
    }

    private void lookLater(StreamSourceChannel channel) {
        exchange.getIoThread().executeAfter(() -> look(channel), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(StreamSourceChannel channel) {
        if (over) {
            return;
        }
        long now = System.nanoTime();
        if (bytes.size() > seen) {
            pace.received(bytes.size() - seen);
            seen = bytes.size();
        }
        Optional<SocketTimeoutException> fault = pace.waited(now - lookedAt, wanted.getAsBoolean());
        lookedAt = now;
        if (fault.isPresent()) {
            PacedBodies.giveUp(exchange, fault.get());
            goOn(channel);
        } else {
            lookLater(channel);
        }
    }

    private void goOn(StreamSourceChannel channel) {
        channel.getReadSetter().set(null);
        channel.suspendReads();
        Connectors.executeRootHandler(x -> handOver(), exchange);
    }

    /** What was read is given back, so that whoever reads the request finds it in its place. */
    private void handOver() throws Exception {
        over = true;
        if (bytes.size() > 0) {
            Connectors.ungetRequestBytes(exchange, new ImmediatePooledByteBuffer(ByteBuffer.wrap(bytes.toByteArray())));
        }
        Connectors.resetRequestChannel(exchange);
        next.handleRequest(exchange);
    }

    /** Gives its place to the next, once. On any thread. */
    void leave() {
        if (left.compareAndSet(false, true)) {
            leaving.run();
        }
    }
}
