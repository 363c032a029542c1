package io.narthex.meter;

import io.undertow.conduits.BytesReceivedStreamSourceConduit;
import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Counts every request when it ends, whether a lane, a servlet or nobody answered it. Stands before all other handlers of
 * the application.
 */
public final class RequestMeters implements ServletExtension, ExchangeCompletionListener {
    /** Name of the attribute of the servlet context that holds what {@link RequestMetersStart} shows. */
    static final String ATTRIBUTE = RequestMeters.class.getName();

    private static final String KIND = "kind";

    private final Map<RequestKind, RequestCounts> counts = new EnumMap<>(RequestKind.class);

    public RequestMeters() {
        for (RequestKind kind : RequestKind.values()) {
            counts.put(kind, new RequestCounts());
        }
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next));
    }

    private void handle(HttpServerExchange exchange, HttpHandler next) throws Exception {
        Connectors.setRequestStartTime(exchange);
        exchange.addExchangeCompleteListener(this);
        if (!exchange.isRequestComplete()) {
            exchange.addRequestWrapper((factory, e) -> {
                RequestCounts kind = of(e);
                return new BytesReceivedStreamSourceConduit(factory.create(), kind::countReceived);
            });
        }
        next.handleRequest(exchange);
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
        try {
            count(exchange, of(exchange));
        } finally {
            nextListener.proceed();
        }
    }

    private static void count(HttpServerExchange exchange, RequestCounts kind) {
        long sent = exchange.getResponseBytesSent();
        kind.countAnswer(exchange.getStatusCode(), sent, System.nanoTime() - exchange.getRequestStartTime());
        if (sent < exchange.getResponseContentLength() && carriesBody(exchange)) {
            kind.countBroken();
        }
    }

    private RequestCounts of(HttpServerExchange exchange) {
        return Objects.requireNonNull(
                counts.get(RequestKind.of(exchange.getRequestMethod(), exchange.getRelativePath())));
    }

    private static boolean carriesBody(HttpServerExchange exchange) {
        return exchange.getStatusCode() != StatusCodes.NOT_MODIFIED
                && !exchange.getRequestMethod().equals(Methods.HEAD);
    }

    /** Shows what is counted. */
    void show(Meters meters) {
        counts.forEach((kind, count) -> {
            showAnswers(meters, kind.label(), count);
            show(
                    meters,
                    "narthex.http.errors",
                    "Requests that ended with a status of 500 or more",
                    kind,
                    () -> count.answersFrom(StatusCodes.INTERNAL_SERVER_ERROR));
            show(meters, "narthex.http.broken", "Answers that ended before their last byte", kind, count::broken);
            show(meters, "narthex.http.sent.bytes", "Bytes of bodies that were sent", kind, count::sent);
            show(meters, "narthex.http.received.bytes", "Bytes of bodies that were received", kind, count::received);
            if (kind.isPush()) {
                show(
                        meters,
                        "narthex.pushes",
                        "Uploads that were taken",
                        kind,
                        () -> count.answersFrom(StatusCodes.OK));
            }
            count.useTimer(meters.timer(
                    "narthex.http.request.duration",
                    "From the head of a request to the last byte of its answer",
                    KIND,
                    kind.label()));
        });
    }

    private static void show(Meters meters, String name, String help, RequestKind kind, LongSupplier count) {
        meters.counter(name, help, count, KIND, kind.label());
    }

    private static void showAnswers(Meters meters, String kind, RequestCounts count) {
        for (int i = 0; i <= RequestCounts.OTHER; i++) {
            int index = i;
            String status = i == RequestCounts.OTHER ? "other" : String.valueOf(RequestCounts.STATUSES[i]);
            meters.counter(
                    "narthex.http.requests",
                    "Requests by what they are about and how they were answered",
                    () -> count.answers(index),
                    KIND,
                    kind,
                    "status",
                    status);
        }
    }
}
