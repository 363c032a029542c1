package io.narthex.lane;

import io.narthex.blob.DirectBuffers;
import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.index.UpstreamNar;
import io.narthex.protocol.Responses;
import io.narthex.protocol.SourceHeader;
import io.narthex.share.Sharer;
import io.narthex.thread.NamedThreads;
import io.narthex.transfer.Downloads;
import io.narthex.upstream.PullThrough;
import io.narthex.upstream.fetch.PassingNar;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends NARs of upstreams while they are fetched: whoever waits for bytes holds neither a thread nor a buffer, so that hundreds
 * follow one fetch. Thread-safe.
 */
final class PassingNars {
    /** Times {@link #PIECE} is what slow readers can hold: 64 MB. */
    private static final int AT_ONCE = 1_024;

    private static final int PIECE = 64 << 10;

    private final HotPaths hot;
    private final PullThrough fetches;
    private final Downloads downloads;
    private final SharedPlaces places;
    private final DirectBuffers buffers = new DirectBuffers(PIECE);
    private final ExecutorService threads = Executors.newFixedThreadPool(
            2 * Runtime.getRuntime().availableProcessors(), new NamedThreads("narthex-passing"));

    PassingNars(HotPaths hot, PullThrough fetches, Downloads downloads, PacedResponses paced) {
        this.hot = hot;
        this.fetches = fetches;
        this.downloads = downloads;
        places = new SharedPlaces(AT_ONCE, paced);
    }

    /**
     * Answers a plain request for a whole NAR that an upstream has and this server not yet, or lets {@code otherwise} do so; false
     * when this is none of its requests.
     *
     * @param token the public id of who asks; null: nobody
     * @param who takes a place
     */
    boolean run(Cache cache, @Nullable String token, Sharer who, HttpServerExchange exchange, HttpHandler otherwise) {
        SignedPath path = HotNars.isPlain(exchange) ? HotNars.find(hot, cache, exchange.getRelativePath()) : null;
        if (path == null
                || !(path.source() instanceof NarSource.AtUpstream(UpstreamNar nar))
                || !places.take(exchange, who)) {
            return false;
        }
        exchange.dispatch(threads, (HttpServerExchange dispatched) -> {
            PassingNar passing;
            try {
                passing = fetches.open(nar);
            } catch (IOException e) {
                // the resource says so
                otherwise.handleRequest(dispatched);
                return;
            }
            dispatched.dispatch((Runnable) () -> whenKnown(
                    passing, length -> send(cache, dispatched, path, token, nar, passing, length), dispatched));
        });
        return true;
    }

    private void whenKnown(PassingNar passing, LongConsumer then, HttpServerExchange exchange) {
        CompletableFuture<Long> unused = passing.length()
                .whenComplete((length, failure) -> threads.execute(() -> {
                    if (failure == null) {
                        then.accept(length);
                    } else {
                        passing.close();
                        UpstreamSentence.AWAY.send(exchange);
                    }
                }));
    }

    private void send(
            Cache cache,
            HttpServerExchange exchange,
            SignedPath path,
            @Nullable String token,
            UpstreamNar nar,
            PassingNar passing,
            long length) {
        downloads.begin(exchange, cache, path, token);
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, Responses.NAR_TYPE);
        headers.put(Headers.ETAG, '"' + nar.fileHash().orElse(nar.narHash()).nix32() + '"');
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.FOREVER));
        headers.put(Headers.ACCEPT_RANGES, "bytes");
        headers.put(SourceHeader.NAME, path.origin());
        exchange.setResponseContentLength(length);
        new PassingSending(exchange, passing, length, buffers, threads).next();
    }

    void close() {
        threads.shutdownNow();
    }
}
