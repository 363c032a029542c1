package io.narthex.http;

import io.narthex.http.problem.ProblemType;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultResponseListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.CanonicalPathUtils;
import io.undertow.util.StatusCodes;
import io.undertow.util.URLUtils;
import jakarta.servlet.ServletContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts one line of text in place of what Undertow itself would answer: nothing at all to a URL whose escapes cannot be
 * decoded, a page of HTML to whatever the servlets leave unanswered, as all below {@code /WEB-INF}.
 *
 * <p>For the first of these the listeners leave the escapes in paths alone ({@code decode-url=false}): their parser answers
 * before any handler is asked. Paths are decoded here in the same way; parameters of queries are left to JAX-RS. What in
 * HTTP/1.1 is no escape at all, such as {@code %zz}, that parser refuses all the same, without a word.
 */
public final class UndertowErrors implements ServletExtension {
    private static final Sentence BAD_ESCAPE =
            new Sentence(StatusCodes.BAD_REQUEST, "The URL has a % that no two hexadecimal digits follow");

    /** By status: one each, for all requests. */
    private static final Map<Integer, Sentence> SENTENCES = new ConcurrentHashMap<>();

    private static final DefaultResponseListener IN_ONE_LINE = exchange -> {
        boolean unanswered =
                exchange.isResponseChannelAvailable() && exchange.getStatusCode() >= StatusCodes.BAD_REQUEST;
        if (unanswered) {
            SENTENCES
                    .computeIfAbsent(exchange.getStatusCode(), UndertowErrors::titled)
                    .send(exchange);
        }
        return unanswered;
    };

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next));
    }

    private static void handle(HttpServerExchange exchange, HttpHandler next) throws Exception {
        exchange.addDefaultResponseListener(IN_ONE_LINE);
        if (exchange.getRequestURI().indexOf('%') >= 0
                || exchange.getQueryString().indexOf('%') >= 0) {
            try {
                decode(exchange);
            } catch (IllegalArgumentException e) {
                BAD_ESCAPE.send(exchange);
                return;
            }
        }
        next.handleRequest(exchange);
    }

    private static Sentence titled(int status) {
        return new Sentence(status, ProblemType.ofStatus(status).title());
    }

    private static void decode(HttpServerExchange exchange) {
        // JAX-RS decodes these once more, and fails where one cannot
        decoded(exchange.getRequestURI());
        decoded(exchange.getQueryString());
        if (exchange.getConnection().getUndertowOptions().get(UndertowOptions.DECODE_URL, true)) {
            return; // a listener that was set up otherwise: twice would be wrong
        }
        exchange.setRequestPath(decoded(exchange.getRequestPath()));
        exchange.setRelativePath(CanonicalPathUtils.canonicalize(decoded(exchange.getRelativePath())));
    }

    /** An escaped slash stays escaped: it is part of a name. */
    private static String decoded(String path) {
        return URLUtils.decode(path, StandardCharsets.UTF_8.name(), false, false, new StringBuilder());
    }
}
