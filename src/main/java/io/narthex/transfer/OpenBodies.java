package io.narthex.transfer;

import io.narthex.cache.Cache;
import io.narthex.denial.DenialsChanged;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.undertow.server.HttpServerExchange;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.IoUtils;

/** Knows the bodies of paths that are being sent, and cuts those that a new rule denies before their last byte. Thread-safe. */
@ApplicationScoped
public class OpenBodies {
    private static final System.Logger LOG = System.getLogger(OpenBodies.class.getName());

    private final Map<HttpServerExchange, Sent> sent = new ConcurrentHashMap<>();

    @Inject
    private PathIndex index;

    private record Sent(Cache cache, SignedPath path) {}

    /** What this exchange sends is of this path. */
    public void begin(HttpServerExchange exchange, Cache cache, SignedPath path) {
        sent.put(exchange, new Sent(cache, path));
        exchange.addExchangeCompleteListener((ended, others) -> {
            sent.remove(ended);
            others.proceed();
        });
    }

    void changed(@Observes DenialsChanged event) {
        sent.forEach((exchange, body) -> {
            if (!index.hot().isOpen(body.cache(), body.path())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "event=body-cut path={0}",
                        body.path().path());
                IoUtils.safeClose(exchange.getConnection());
            }
        });
    }
}
