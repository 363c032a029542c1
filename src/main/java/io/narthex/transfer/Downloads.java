package io.narthex.transfer;

import io.narthex.audit.Download;
import io.narthex.audit.ReadLog;
import io.narthex.cache.Cache;
import io.narthex.index.SignedPath;
import io.narthex.index.UsedBy;
import io.narthex.retention.use.UseLog;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Writes down each NAR that is sent, when its sending ends. Thread-safe. */
public final class Downloads {
    private final ReadLog log;
    private final UseLog uses;
    private final OpenBodies bodies;
    private final Clock clock;

    public Downloads(ReadLog log, UseLog uses, OpenBodies bodies, Clock clock) {
        this.log = log;
        this.uses = uses;
        this.bodies = bodies;
        this.clock = clock;
    }

    /**
     * The answer under way is this NAR, or a part of it.
     *
     * @param token the public id of who asks; null: nobody
     */
    public void begin(HttpServerExchange exchange, Cache cache, SignedPath path, @Nullable String token) {
        uses.note(path, token == null ? UsedBy.ANYBODY : UsedBy.TOKEN);
        bodies.begin(exchange, cache, path);
        exchange.addExchangeCompleteListener((ended, others) -> {
            try {
                if (ended.getStatusCode() == StatusCodes.OK || ended.getStatusCode() == StatusCodes.PARTIAL_CONTENT) {
                    log.downloaded(download(ended, cache, path, token));
                }
            } finally {
                others.proceed();
            }
        });
    }

    private Download download(HttpServerExchange ended, Cache cache, SignedPath path, @Nullable String token) {
        long sent = ended.getResponseBytesSent();
        return new Download(
                clock.instant(),
                cache.tenantId(),
                cache.id(),
                path.path().baseName(),
                token,
                log.kept(ended.getSourceAddress().getAddress()),
                sent,
                ended.getStatusCode() == StatusCodes.OK && isWhole(ended, sent));
    }

    /** What has no length was compressed on the way: what is wrong with it breaks the connection. */
    private static boolean isWhole(HttpServerExchange ended, long sent) {
        long promised = ended.getResponseContentLength();
        return promised < 0 ? ended.getConnection().isOpen() : sent == promised;
    }
}
