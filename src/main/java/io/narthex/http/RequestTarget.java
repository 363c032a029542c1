package io.narthex.http;

import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Brings the target of each request into the one form that all behind it reads: a path and a query, in which only letters
 * stand that RFC 3986 allows there.
 *
 * <p>A target in absolute form (RFC 9112, 3.2.2), as proxies send it, becomes its path, and its authority the {@code Host}.
 * A letter that should have been escaped, {@code [} or a byte of UTF-8, is read as its escape: JAX-RS would fail on it.
 */
public final class RequestTarget implements ServletExtension {
    private static final Sentence CONTROL =
            new Sentence(StatusCodes.BAD_REQUEST, "The URL has a control character in it");

    /** RFC 3986: unreserved letters, sub-delims, {@code :@/?} and the sign of an escape. From - to 9: {@code -./0123456789}. */
    private static final String PLAIN = "_~!$&'()*+,;=:@?%";

    private static final String AUTHORITY = "://";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next));
    }

    static void handle(HttpServerExchange exchange, HttpHandler next) throws Exception {
        if (isUsual(exchange)) {
            next.handleRequest(exchange);
            return;
        }
        if (hasControl(exchange.getRequestURI()) || hasControl(exchange.getQueryString())) {
            exchange.setPersistent(false);
            CONTROL.send(exchange);
            return;
        }
        toOriginForm(exchange);
        escape(exchange);
        next.handleRequest(exchange);
    }

    /** Nearly every target is: each request for a narinfo would pay for looking at it three times. */
    private static boolean isUsual(HttpServerExchange exchange) {
        return !exchange.isHostIncludedInRequestURI()
                && isPlain(exchange.getRequestURI())
                && isPlain(exchange.getQueryString());
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(c -> c <= ' ' || c == 0x7f);
    }

    private static void toOriginForm(HttpServerExchange exchange) {
        String target = exchange.getRequestURI();
        int authority = exchange.isHostIncludedInRequestURI() ? target.indexOf(AUTHORITY) : -1;
        if (authority < 0) {
            return;
        }
        int begin = authority + AUTHORITY.length();
        int path = target.indexOf('/', begin);
        String host = target.substring(begin, path < 0 ? target.length() : path);
        exchange.getRequestHeaders().put(Headers.HOST, host);
        exchange.setRequestURI(path < 0 ? "/" : target.substring(path), false);
    }

    private static void escape(HttpServerExchange exchange) {
        String path = escaped(exchange.getRequestURI());
        if (path != null) {
            exchange.setRequestURI(path);
            if (!exchange.getConnection().getUndertowOptions().get(UndertowOptions.DECODE_URL, true)) {
                exchange.setRequestPath(orSame(exchange.getRequestPath()));
                exchange.setRelativePath(orSame(exchange.getRelativePath()));
            }
        }
        String query = escaped(exchange.getQueryString());
        if (query != null) {
            exchange.setQueryString(query);
        }
    }

    private static String orSame(String text) {
        String escaped = escaped(text);
        return escaped == null ? text : escaped;
    }

    /** Null, as nearly always, where nothing is to be escaped. A character is one byte, as the parser read it. */
    private static @Nullable String escaped(String text) {
        StringBuilder all = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = isPlain(c);
            if (!plain && all == null) {
                all = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (all != null) {
                if (plain) {
                    all.append(c);
                } else {
                    all.append('%').append(HEX.toHexDigits((byte) c));
                }
            }
        }
        return all == null ? null : all.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '-' && c <= '9') || (c >= 'A' && c <= 'Z') || PLAIN.indexOf(c) >= 0;
    }
}
