package io.narthex.operations;

import io.undertow.conduits.IdleTimeoutConduit;
import io.undertow.server.OpenListener;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.AcceptingChannel;
import org.xnio.ssl.SslConnection;

/**
 * Closes connections to an HTTPS port whose client is silent. WildFly's time-outs begin when a connection speaks HTTP/1.1: one whose TLS
 * handshake never ends, and one of HTTP/2, would keep a file descriptor and buffers for as long as the client likes.
 */
final class SilentConnections {
    private static final System.Logger LOG = System.getLogger(SilentConnections.class.getName());

    /** The same as in {@code wildfly-config/nginx/narthex.conf}; a handshake is two messages of the client. */
    private static final long HANDSHAKE_SECONDS = 15;

    /** Longer than any request takes in which no byte goes either way, as while a large upload becomes durable. */
    private static final long IDLE_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** Undertow chooses between the protocols right behind the handshake. */
    private static final long CHOICE_SECONDS = 1;

    private SilentConnections() {}

    /**
     * Sets the limits for all connections that a listener accepts from now on. A listener without TLS stays as it is.
     *
     * @param listener WildFly's service of the listener, which has started
     * @param opened what the listener does with a connection
     */
    static void limit(Object listener, OpenListener opened) {
        if (!listener.getClass().getSimpleName().startsWith("Https")) {
            return;
        }
        try {
            AcceptingChannel<SslConnection> accepting = accepting(listener);
            if (accepting != null) {
                accepting.getAcceptSetter().set(ChannelListeners.<SslConnection>openListenerAdapter(connection -> {
                    watch(connection);
                    opened.handleEvent(connection);
                }));
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "event=handshakes-unlimited: WildFly keeps its listeners elsewhere than version 39 does",
                    e);
        }
    }

    /** What accepts connections, null where the listener is switched off. By reflection: WildFly gives it to nobody. */
    @SuppressWarnings("unchecked")
    private static @Nullable AcceptingChannel<SslConnection> accepting(Object listener)
            throws ReflectiveOperationException {
        Field field = listener.getClass().getDeclaredField("sslServer");
        field.setAccessible(true);
        return (AcceptingChannel<SslConnection>) field.get(listener);
    }

    /** A connection that is closed before does not stay in memory until then. */
    private static void watch(SslConnection connection) {
        WeakReference<SslConnection> watched = new WeakReference<>(connection);
        XnioExecutor.Key end = connection
                .getIoThread()
                .executeAfter(() -> IoUtils.safeClose(watched.get()), HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        connection.getHandshakeSetter().set(done -> {
            end.remove();
            done.getIoThread().executeAfter(() -> limitIdle(watched.get()), CHOICE_SECONDS, TimeUnit.SECONDS);
        });
    }

    /** Of HTTP/2 alone: Undertow keeps this time for it, which no setting of WildFly's reaches. */
    private static void limitIdle(@Nullable SslConnection connection) {
        if (connection != null && connection.getSourceChannel().getConduit() instanceof IdleTimeoutConduit http2) {
            http2.setIdleTimeout(IDLE_MILLIS);
        }
    }
}
