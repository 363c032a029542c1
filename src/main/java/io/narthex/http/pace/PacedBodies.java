package io.narthex.http.pace;

import io.narthex.configuration.CurrentSettings;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Holds every request body to {@link BodyPace}. Whoever reads a body that is too slow gets a
 * {@link SocketTimeoutException}, answers, and the connection ends. The listeners' own read-timeout would end it
 * without an answer, and idle connections too.
 */
public final class PacedBodies implements ServletExtension {
    /** Tells whether somebody who has less waits for what the body of this request holds; absent where it holds nothing. */
    public static final AttachmentKey<BooleanSupplier> WANTED = AttachmentKey.create(BooleanSupplier.class);

    private static final AttachmentKey<SocketTimeoutException> FAULT =
            AttachmentKey.create(SocketTimeoutException.class);

    /** Whoever reads on is told that the body is too slow. */
    public static void giveUp(HttpServerExchange exchange, SocketTimeoutException fault) {
        exchange.putAttachment(FAULT, fault);
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        Duration idle = CurrentSettings.get().bodyIdle();
        deployment.addInitialHandlerChainWrapper(next -> exchange -> {
            if (!exchange.isRequestComplete()) {
                exchange.addRequestWrapper((factory, e) -> new Paced(factory.create(), e, idle));
            }
            next.handleRequest(exchange);
        });
    }

    private static final class Paced extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final HttpServerExchange exchange;
        private final BodyPace pace;
        private @Nullable SocketTimeoutException fault;

        Paced(StreamSourceConduit next, HttpServerExchange exchange, Duration idle) {
            super(next);
            this.exchange = exchange;
            this.pace = new BodyPace(idle);
        }

        @Override
        public void awaitReadable() throws IOException {
            requirePace();
            long begun = System.nanoTime();
            next.awaitReadable(pace.patience(), TimeUnit.NANOSECONDS);
            Optional<SocketTimeoutException> now = pace.waited(System.nanoTime() - begun, isWanted());
            if (now.isPresent()) {
                fault = now.get();
                requirePace();
            }
        }

        @Override
        public void awaitReadable(long time, TimeUnit unit) throws IOException {
            requirePace();
            next.awaitReadable(time, unit);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            requirePace();
            return (int) count(next.read(target));
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            requirePace();
            return count(next.read(targets, offset, length));
        }

        @Override
        public long transferTo(long position, long count, FileChannel target) throws IOException {
            requirePace();
            return count(next.transferTo(position, count, target));
        }

        @Override
        public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
            requirePace();
            return count(next.transferTo(count, throughBuffer, target));
        }

        private long count(long read) {
            if (read > 0) {
                pace.received(read);
            }
            return read;
        }

        private boolean isWanted() {
            BooleanSupplier wanted = exchange.getAttachment(WANTED);
            return wanted != null && wanted.getAsBoolean();
        }

        private void requirePace() throws SocketTimeoutException {
            SocketTimeoutException known = fault == null ? exchange.getAttachment(FAULT) : fault;
            // once that is answered, what still comes is dropped
            if (known != null && !exchange.isResponseStarted()) {
                throw known;
            }
        }
    }
}
