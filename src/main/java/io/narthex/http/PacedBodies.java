package io.narthex.http;

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
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Holds every request body to {@link BodyPace}. Who reads one that is too slow gets a {@link SocketTimeoutException}, answers,
 * and the connection ends. The listeners' own read-timeout would end it without an answer, and idle connections too.
 */
public final class PacedBodies implements ServletExtension {
    private static final AttachmentKey<Boolean> LEFT_ALONE = AttachmentKey.create(Boolean.class);
    private static final AttachmentKey<String> FAULT = AttachmentKey.create(String.class);

    /** Somebody else looks after the pace of the body, or does not any more. */
    static void leaveAlone(HttpServerExchange exchange, boolean alone) {
        if (alone) {
            exchange.putAttachment(LEFT_ALONE, true);
        } else {
            exchange.removeAttachment(LEFT_ALONE);
        }
    }

    /** Whoever reads on is told that the body is too slow; what is left of it is not waited for. */
    static void giveUp(HttpServerExchange exchange, String fault) {
        exchange.putAttachment(FAULT, fault);
        exchange.setPersistent(false);
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
        private final long idleNanos;
        private @Nullable String fault;
        private boolean watched;
        private long lastRead = System.nanoTime();

        Paced(StreamSourceConduit next, HttpServerExchange exchange, Duration idle) {
            super(next);
            this.exchange = exchange;
            this.pace = new BodyPace(idle);
            this.idleNanos = idle.toNanos();
        }

        @Override
        public void awaitReadable() throws IOException {
            requirePace();
            long begun = System.nanoTime();
            next.awaitReadable(pace.patience(), TimeUnit.NANOSECONDS);
            Optional<String> now = pace.waited(System.nanoTime() - begun);
            if (now.isPresent()) {
                fault = now.get();
                // what is left of the body is not waited for
                exchange.setPersistent(false);
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
                lastRead = System.nanoTime();
            }
            return read;
        }

        private void requirePace() throws SocketTimeoutException {
            String known = fault == null ? exchange.getAttachment(FAULT) : fault;
            if (known != null) {
                throw new SocketTimeoutException(known);
            }
        }

        /** Nobody waits any more, but Undertow reads away what is left of a body that was answered. */
        @Override
        public void resumeReads() {
            super.resumeReads();
            watch();
        }

        @Override
        public void wakeupReads() {
            super.wakeupReads();
            watch();
        }

        private void watch() {
            if (!watched && exchange.getAttachment(LEFT_ALONE) == null) {
                watched = true;
                lastRead = System.nanoTime();
                look(idleNanos);
            }
        }

        private void look(long after) {
            getReadThread()
                    .executeAfter(
                            () -> {
                                long still = System.nanoTime() - lastRead;
                                if (exchange.isRequestComplete()
                                        || !exchange.getConnection().isOpen()) {
                                    return;
                                }
                                if (still >= idleNanos) {
                                    IoUtils.safeClose(exchange.getConnection());
                                } else {
                                    look(idleNanos - still);
                                }
                            },
                            after,
                            TimeUnit.NANOSECONDS);
        }
    }
}
