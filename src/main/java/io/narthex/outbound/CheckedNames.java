package io.narthex.outbound;

import io.narthex.thread.NamedThreads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.core5.http.HttpHost;

/**
 * Resolves a name once a connection and gives those of its addresses that may be connected to; the client connects to what
 * it gets from here and to nothing else. Thread-safe.
 */
final class CheckedNames implements DnsResolver, AutoCloseable {
    /** Looks a name up; in tests one that changes its mind. */
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** A resolver asks several servers for five seconds each; nobody here waits for the last of them. */
    private static final long PATIENCE_SECONDS = 5;
    /** A resolver that hangs holds no more than these. */
    private static final int THREADS = 64;

    private final AddressPolicy policy;
    private final Optional<HttpHost> proxy;
    private final Lookup lookup;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), new NamedThreads("narthex-resolve"));

    /** @param proxy is the operator's own word, and connected to wherever it is */
    CheckedNames(AddressPolicy policy, Optional<HttpHost> proxy, Lookup lookup) {
        this.policy = policy;
        this.proxy = proxy;
        this.lookup = lookup;
    }

    /** None of a host's addresses may be connected to. */
    static final class NoneAllowedException extends UnknownHostException {
        private static final long serialVersionUID = 1;

        NoneAllowedException(String host) {
            super(host);
        }
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        boolean any = proxy.filter(p -> p.getHostName().equals(host) && p.getPort() == port)
                .isPresent();
        List<InetSocketAddress> allowed = new ArrayList<>();
        for (InetAddress address : addresses(name)) {
            if (any || policy.allows(address, port)) {
                allowed.add(new InetSocketAddress(address, port));
            }
        }
        if (allowed.isEmpty()) {
            throw new NoneAllowedException(name);
        }
        return allowed;
    }

    private InetAddress[] addresses(String name) throws UnknownHostException {
        Future<InetAddress[]> found = threads.submit(() -> lookup.addresses(name));
        try {
            return found.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw unknown(name, e.getCause() instanceof UnknownHostException unknown ? unknown : e);
        } catch (TimeoutException e) {
            throw unknown(name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(name, e);
        } finally {
            found.cancel(true);
        }
    }

    private static UnknownHostException unknown(String name, Exception cause) {
        UnknownHostException unknown = new UnknownHostException(name);
        unknown.initCause(cause);
        return unknown;
    }

    /** Whether a host that is an address itself may be connected to, where a proxy does that. */
    boolean allowsLiteral(InetAddress address, int port) {
        return policy.allows(address, port);
    }

    @Override
    public InetAddress[] resolve(String host) {
        throw new UnsupportedOperationException("an address is checked with its port");
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
