package io.narthex.http.pace;

import io.undertow.io.IoCallback;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Drops what is left of the body of a request that is answered before its body has been read. Undertow would wait for it on
 * the thread that answered, for as long as the client likes. Here the answer goes out first and says that the connection
 * closes; the rest is read away as it comes, without a thread, so that a client that is still sending can read the answer.
 * {@link LeftoverBody} says within which bounds.
 */
public final class DroppedBodies implements ServletExtension {
    private static final AttachmentKey<LeftoverBody> BODY = AttachmentKey.create(LeftoverBody.class);

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> {
            if (!exchange.isRequestComplete()) {
                watch(exchange);
            }
            next.handleRequest(exchange);
        });
    }

    private static void watch(HttpServerExchange exchange) {
        exchange.addRequestWrapper((factory, x) -> {
            LeftoverBody body = new LeftoverBody(factory.create(), x);
            x.putAttachment(BODY, body);
            return body;
        });
        exchange.addResponseWrapper((factory, x) -> answer(x, factory::create));
        exchange.addDefaultResponseListener(DroppedBodies::answerFirst);
        exchange.addExchangeCompleteListener((ended, others) -> {
            LeftoverBody body = ended.getAttachment(BODY);
            if (body != null && body.isLeft()) {
                ended.setPersistent(false);
            }
            others.proceed();
        });
    }

    /** Makes the way out of an answer. */
    private interface Sink {
        StreamSinkConduit create();
    }

    private static StreamSinkConduit answer(HttpServerExchange exchange, Sink sink) {
        LeftoverBody body = unread(exchange);
        if (body == null) {
            return sink.create();
        }
        boolean shared = exchange.getProtocol().equals(Protocols.HTTP_2_0);
        if (shared) {
            body.leave();
            return sink.create();
        }
        // the answer has to say so
        exchange.setPersistent(false);
        StreamSinkConduit made = sink.create();
        // Undertow closes the reading side of a connection that is not persistent: what still comes would reset it
        exchange.setPersistent(true);
        body.leave();
        return made;
    }

    /** The body, if more of it is to come; null where it has ended or ends with what is at hand. */
    private static @Nullable LeftoverBody unread(HttpServerExchange exchange) {
        if (exchange.isRequestComplete()) {
            return null;
        }
        // nobody needs the body now: a client that waits to be asked for it is not asked, nor has Undertow to
        HttpContinue.markContinueResponseSent(exchange);
        if (exchange.isRequestChannelAvailable()) {
            exchange.getRequestChannel();
        }
        LeftoverBody body = exchange.getAttachment(BODY);
        return body == null || body.endsAtHand() ? null : body;
    }

    /** Sends an answer that has no body before what is left of the request is read away; Undertow does so after it. */
    private static boolean answerFirst(HttpServerExchange exchange) {
        if (exchange.isRequestComplete() || !exchange.isResponseChannelAvailable() || exchange.isBlocking()) {
            return false;
        }
        if (Connectors.isEntityBodyAllowed(exchange)
                && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.setResponseContentLength(0);
        }
        exchange.getResponseSender().close(IoCallback.END_EXCHANGE);
        return true;
    }
}
