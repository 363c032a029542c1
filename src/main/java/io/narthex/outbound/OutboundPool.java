package io.narthex.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Connections for one kind of requests, and the library that uses them. Thread-safe. */
final class OutboundPool implements AutoCloseable {
    static final String NOT_PUBLIC =
            "it has no public address, nor one that NARTHEX_UPSTREAM_ADDRESSES lists, or it is this server's own";

    /** To one host; a Nix client asks with as many streams on one connection. */
    private static final int TO_ONE = 64;

    private static final int IN_ALL = 512;
    /** A header that is longer than a server's own limits is nobody's that is meant. */
    private static final int LONGEST_LINE = 16 << 10;

    private static final int MOST_HEADERS = 200;
    /** A connection that was silent so long is asked whether it is alive: most servers close one after a minute. */
    private static final TimeValue SILENT = TimeValue.ofSeconds(1);

    private static final TimeValue OLDEST = TimeValue.ofMinutes(5);

    private final CloseableHttpClient client;

    OutboundPool(CheckedNames names, Optional<HttpHost> proxy, TrustedCertificates trusted) {
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections(names, trusted).build())
                .setUserAgent("Narthex")
                .setRetryStrategy(new StaleConnections())
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .evictExpiredConnections()
                .evictIdleConnections(TimeValue.ofSeconds(30));
        proxy.ifPresent(builder::setProxy);
        client = builder.build();
    }

    private static PoolingHttpClientConnectionManagerBuilder connections(
            CheckedNames names, TrustedCertificates trusted) {
        try {
            return PoolingHttpClientConnectionManagerBuilder.create()
                    .setDnsResolver(names)
                    .setTlsSocketStrategy(new DefaultClientTlsStrategy(trusted.context()))
                    .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                            .http1Config(Http1Config.custom()
                                    .setMaxLineLength(LONGEST_LINE)
                                    .setMaxHeaderCount(MOST_HEADERS)
                                    .build())
                            .build())
                    .setDefaultConnectionConfig(ConnectionConfig.custom()
                            .setValidateAfterInactivity(SILENT)
                            .setTimeToLive(OLDEST)
                            .build())
                    .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
                    .setMaxConnPerRoute(TO_ONE)
                    .setMaxConnTotal(IN_ALL);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Sends a request and waits for the head of its answer. */
    @SuppressWarnings("deprecation") // what replaces it is the same for all requests to a host
    OutboundResponse send(HttpUriRequestBase message, URI uri, OutboundRequest request) throws OutboundException {
        message.setConfig(RequestConfig.custom()
                .setConnectTimeout(Timeout.of(request.connect()))
                .setConnectionRequestTimeout(Timeout.of(request.stall()))
                .setResponseTimeout(Timeout.of(request.stall()))
                .build());
        try {
            return new OutboundResponse(message, client.executeOpen(null, message, null), uri);
        } catch (CheckedNames.NoneAllowedException e) {
            throw new OutboundException.HostRefused(uri.getHost(), NOT_PUBLIC);
        } catch (ConnectTimeoutException e) {
            throw new OutboundException.TimedOut(uri.getHost(), request.connect(), e);
        } catch (InterruptedIOException e) {
            throw new OutboundException.TimedOut(uri.getHost(), request.stall(), e);
        } catch (IOException e) {
            throw new OutboundException.Unreachable(uri.getHost(), e);
        }
    }

    @Override
    public void close() {
        client.close(CloseMode.GRACEFUL);
    }
}
