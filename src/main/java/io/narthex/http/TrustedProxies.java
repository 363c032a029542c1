package io.narthex.http;

import io.narthex.configuration.CurrentSettings;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import jakarta.servlet.ServletContext;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Believes X-Forwarded-For and -Proto of the proxies in NARTHEX_TRUSTED_PROXIES and of nobody else. What stands behind
 * it sees the client's address and scheme on the request itself, and none of these headers.
 */
public final class TrustedProxies implements ServletExtension {
    private static final List<HttpString> SAID_BY_PROXIES = List.of(
            Headers.X_FORWARDED_FOR,
            Headers.X_FORWARDED_PROTO,
            Headers.X_FORWARDED_HOST,
            Headers.X_FORWARDED_PORT,
            Headers.FORWARDED,
            new HttpString("X-Real-IP"));

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        ForwardedFor forwarded = new ForwardedFor(CurrentSettings.get().trustedProxies());
        deployment.addInitialHandlerChainWrapper(next -> handler(forwarded, next));
    }

    static HttpHandler handler(ForwardedFor forwarded, HttpHandler next) {
        return exchange -> {
            apply(exchange, forwarded);
            next.handleRequest(exchange);
        };
    }

    private static void apply(HttpServerExchange exchange, ForwardedFor forwarded) {
        HeaderMap headers = exchange.getRequestHeaders();
        if (forwarded.trusts(exchange.getSourceAddress().getAddress())) {
            HeaderValues hops = headers.get(Headers.X_FORWARDED_FOR);
            forwarded
                    .client(hops == null ? List.of() : hops)
                    // the proxy does not tell the client's port
                    .ifPresent(client -> exchange.setSourceAddress(new InetSocketAddress(client, 0)));
            String scheme = headers.getLast(Headers.X_FORWARDED_PROTO);
            if ("http".equals(scheme) || "https".equals(scheme)) {
                exchange.setRequestScheme(scheme);
            }
        }
        SAID_BY_PROXIES.forEach(headers::remove);
    }
}
