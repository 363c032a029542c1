package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.NarUrl;
import io.narthex.protocol.Responses;
import io.narthex.share.Sharer;
import io.narthex.thread.NamedThreads;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarTransfer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * NARs that fit into one buffer, most of all that are asked for: packed and checked before the answer begins, on a few
 * threads, since none of them ever waits for a reader. Whatever is not plain goes the long way, and so does what comes
 * while slow readers hold as many as memory may. Thread-safe.
 */
final class SmallNars {
    /** In bytes; a socket takes about as much at once. */
    private static final int LARGEST = 128 << 10;
    /** Times {@link #LARGEST} is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 128;

    private static final String PREFIX = "/nar/";
    private static final int LENGTH = PREFIX.length() + NarUrl.NAR_HASH + NarUrl.SUFFIX.length();

    private final HotPaths hot;
    private final NarTransfer transfer;
    private final Downloads downloads;
    private final SharedPlaces places;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            2 * Runtime.getRuntime().availableProcessors(), new NamedThreads("narthex-small"));

    SmallNars(HotPaths hot, NarTransfer transfer, Downloads downloads, PacedResponses paced) {
        this.hot = hot;
        this.transfer = transfer;
        this.downloads = downloads;
        places = new SharedPlaces(AT_ONCE, paced);
    }

    /**
     * Answers on a thread of its own, or lets {@code otherwise} do so; false when this is none of its requests.
     *
     * @param token the public id of who asks; null: nobody
     * @param who takes a place
     */
    boolean run(Cache cache, @Nullable String token, Sharer who, HttpServerExchange exchange, HttpHandler otherwise) {
        SignedPath path = isPlain(exchange) ? find(cache, exchange.getRelativePath()) : null;
        if (path == null || path.narSize() > LARGEST || !places.take(exchange, who)) {
            return false;
        }
        exchange.dispatch(threads, (HttpServerExchange dispatched) -> {
            Optional<ByteBuffer> nar = transfer.small(path);
            if (nar.isPresent()) {
                downloads.begin(dispatched, cache, path, token);
                send(cache, dispatched, path, nar.get());
            } else {
                otherwise.handleRequest(dispatched);
            }
        });
        return true;
    }

    private static boolean isPlain(HttpServerExchange exchange) {
        HeaderMap request = exchange.getRequestHeaders();
        return exchange.getRequestMethod().equals(Methods.GET)
                && exchange.getRelativePath().length() == LENGTH
                && !request.contains(Headers.RANGE)
                && !request.contains(Headers.IF_NONE_MATCH)
                && !request.contains(Headers.IF_MODIFIED_SINCE);
    }

    private @Nullable SignedPath find(Cache cache, String url) {
        String file = url.substring(PREFIX.length());
        StorePathHash hash = hot.byFile(cache, file);
        SignedPath path = hash == null ? null : hot.current(cache, hash);
        return path != null
                        && path.source() instanceof NarSource.InLocalStore
                        && path.fileName().equals(file)
                ? path
                : null;
    }

    private static void send(Cache cache, HttpServerExchange exchange, SignedPath path, ByteBuffer nar) {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, Responses.NAR_TYPE);
        headers.put(Headers.ETAG, '"' + path.narHash().nix32() + '"');
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.FOREVER));
        headers.put(Headers.ACCEPT_RANGES, "bytes");
        exchange.setResponseContentLength(nar.remaining());
        exchange.getResponseSender().send(nar);
    }

    void close() {
        threads.shutdownNow();
    }
}
