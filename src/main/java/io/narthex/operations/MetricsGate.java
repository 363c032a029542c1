package io.narthex.operations;

import io.narthex.access.Access;
import io.narthex.change.DatabaseAwayException;
import io.narthex.configuration.Settings;
import io.narthex.meter.Meters;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Stands before {@code /metrics} where the numbers name tenants and more than this machine reaches the management port: it
 * answers who has a token with the scope {@code metrics}, and nobody else.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class MetricsGate implements HttpHandler {
    /** As Micrometer writes it when nothing else is asked for. */
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    @Inject
    private Settings settings;

    @Inject
    private Access access;

    @Inject
    private Meters meters;

    private final AcceptedTokens accepted = new AcceptedTokens(System::nanoTime);

    @PostConstruct
    void start() {
        if (settings.metrics().wantsToken(settings.listeners())) {
            ManagementPort.replace("metrics", this);
        }
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (exchange.isInIoThread()) {
            // a token that memory does not know is looked for in the database
            exchange.dispatch(this);
            return;
        }
        List<String> authorization = exchange.getRequestHeaders().contains(Headers.AUTHORIZATION)
                ? List.copyOf(exchange.getRequestHeaders().get(Headers.AUTHORIZATION))
                : List.of();
        if (!mayRead(authorization)) {
            exchange.setStatusCode(StatusCodes.UNAUTHORIZED);
            exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
            exchange.getResponseSender().send("A token of the server with the scope metrics is needed\n");
            return;
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, PROMETHEUS);
        exchange.getResponseSender().send(meters.text());
    }

    private boolean mayRead(List<String> authorization) {
        if (authorization.isEmpty()) {
            return false;
        }
        try {
            boolean may = access.mayReadMetrics(authorization);
            if (may) {
                accepted.add(authorization);
            } else {
                accepted.remove(authorization);
            }
            return may;
        } catch (DatabaseAwayException e) {
            return accepted.has(authorization);
        }
    }
}
