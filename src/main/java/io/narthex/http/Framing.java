package io.narthex.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Protocols;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every request whose end a proxy before us might see elsewhere than Undertow does (RFC 9112, 6.1 and 6.3). A body
 * is {@code chunked} and nothing else, or has one {@code Content-Length} of digits. The connection ends with the refusal,
 * since what follows on it may be anything.
 *
 * <p>Undertow reads any transfer coding as {@code chunked} and takes {@code identity} for none; some of this it refuses
 * itself, without a word, before a handler is asked.
 */
public final class Framing implements ServletExtension {
    private static final Sentence CODING =
            new Sentence(StatusCodes.BAD_REQUEST, "The only Transfer-Encoding taken is chunked, once and alone");
    private static final Sentence BOTH =
            new Sentence(StatusCodes.BAD_REQUEST, "A request has a Transfer-Encoding or a Content-Length, not both");
    private static final Sentence OLD =
            new Sentence(StatusCodes.BAD_REQUEST, "Transfer-Encoding came with HTTP/1.1, and this is an older request");
    private static final Sentence LENGTH =
            new Sentence(StatusCodes.BAD_REQUEST, "The Content-Length is to be one number, of digits alone");

    /** Nobody sends more than 2^63 bytes. */
    private static final int MOST_DIGITS = 18;

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next));
    }

    private static void handle(HttpServerExchange exchange, HttpHandler next) throws Exception {
        boolean modern = exchange.getProtocol().equals(Protocols.HTTP_1_1)
                || exchange.getProtocol().equals(Protocols.HTTP_2_0);
        Sentence fault = fault(exchange.getRequestHeaders(), modern);
        if (fault == null) {
            next.handleRequest(exchange);
        } else {
            exchange.setPersistent(false);
            fault.send(exchange);
        }
    }

    /** What is wrong with how the request says where it ends; null: nothing. */
    static @Nullable Sentence fault(HeaderMap headers, boolean modern) {
        HeaderValues codings = headers.get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = headers.get(Headers.CONTENT_LENGTH);
        if (codings != null) {
            if (lengths != null) {
                return BOTH;
            }
            if (!modern) {
                return OLD;
            }
            return codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked") ? null : CODING;
        }
        return lengths == null || (lengths.size() == 1 && isNumber(lengths.getFirst())) ? null : LENGTH;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= MOST_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
