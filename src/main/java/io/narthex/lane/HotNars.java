package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.SignedPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.Responses;
import io.narthex.protocol.SourceHeader;
import io.narthex.share.Sharer;
import io.narthex.thread.NamedThreads;
import io.narthex.transfer.Coding;
import io.narthex.transfer.Downloads;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers a plain request for a whole NAR that memory knows. The file is opened on one of a few threads, and its bytes are
 * written without blocking: a slow reader holds a buffer and no thread. A request that is not plain is left to its resource,
 * and so is one that comes while slow readers hold as many buffers as memory may. Thread-safe.
 */
abstract sealed class HotNars permits SmallNars, StoredNars, CopiedNars {
    private static final String PREFIX = "/nar/";

    private final HotPaths hot;
    private final Downloads downloads;
    private final SharedPlaces places;
    private final NarMemory memory;
    private final boolean varies;
    private final ExecutorService threads;

    /**
     * @param memory of the smallest files, which are sent on the IO thread
     * @param name of its threads
     * @param atOnce how many answers may be under way
     * @param varies whether answers depend on the codings that a client takes
     */
    HotNars(
            HotPaths hot,
            NarMemory memory,
            Downloads downloads,
            PacedResponses paced,
            String name,
            int atOnce,
            boolean varies) {
        this.varies = varies;
        this.hot = hot;
        this.memory = memory;
        this.downloads = downloads;
        places = new SharedPlaces(atOnce, paced);
        threads = Executors.newFixedThreadPool(2 * Runtime.getRuntime().availableProcessors(), new NamedThreads(name));
    }

    /**
     * A file that can be sent at once.
     *
     * @param entityTag with its quotes
     * @param bytes its length
     * @param coded whether by zstd
     * @param sending sends it, and ends the exchange
     */
    record OpenedNar(String entityTag, long bytes, boolean coded, Consumer<HttpServerExchange> sending) {}

    /**
     * The file of a path.
     *
     * @param hash of its bytes
     * @param bytes how many it has
     */
    record NarFile(NixHash hash, long bytes) {}

    /** The file of a path whose NAR is sent here; null for others. Asked on the IO thread. */
    abstract @Nullable NarFile file(Cache cache, SignedPath path);

    /** All bytes of a small file, which need not be the right ones; empty where they are not there. */
    abstract Optional<ByteBuffer> read(SignedPath path) throws IOException;

    /** Opens a NAR that has a {@link #file}; empty where only the resource can say what is wrong. */
    abstract Optional<OpenedNar> open(Cache cache, SignedPath path, HttpServerExchange exchange) throws IOException;

    /**
     * Answers, from memory at once and else on a thread of its own, or lets {@code otherwise} do so; false when this is none of
     * its requests.
     *
     * @param token the public id of who asks; null: nobody
     * @param who takes a place
     */
    final boolean run(
            Cache cache, @Nullable String token, Sharer who, HttpServerExchange exchange, HttpHandler otherwise) {
        SignedPath path = isPlain(exchange) ? find(hot, cache, exchange.getRelativePath()) : null;
        NarFile file = path == null ? null : file(cache, path);
        if (path == null || file == null || !places.take(exchange, who)) {
            return false;
        }
        boolean small = memory.takes(file.bytes);
        NarMemory.Found kept = small ? memory.find(cache, path, file.hash) : null;
        if (kept != null) {
            downloads.begin(exchange, cache, path, token);
            send(cache, exchange, path, kept(kept));
            return true;
        }
        exchange.dispatch(threads, (HttpServerExchange dispatched) -> {
            Optional<OpenedNar> nar = small && path.isSentAgain()
                    ? remembered(cache, path, file, dispatched)
                    : open(cache, path, dispatched);
            if (nar.isPresent()) {
                downloads.begin(dispatched, cache, path, token);
                send(cache, dispatched, path, nar.get());
            } else {
                otherwise.handleRequest(dispatched);
            }
        });
        return true;
    }

    /** The same file from memory from now on. */
    private Optional<OpenedNar> remembered(Cache cache, SignedPath path, NarFile file, HttpServerExchange exchange)
            throws IOException {
        Optional<ByteBuffer> bytes = read(path);
        if (bytes.isPresent()) {
            memory.keep(cache, path, file.hash, bytes.get());
        }
        NarMemory.Found kept = memory.find(cache, path, file.hash);
        return kept == null ? open(cache, path, exchange) : Optional.of(kept(kept));
    }

    private static OpenedNar kept(NarMemory.Found kept) {
        ByteBuffer bytes = kept.bytes();
        return new OpenedNar(
                kept.entityTag(),
                bytes.remaining(),
                false,
                exchange -> exchange.getResponseSender().send(bytes));
    }

    /** Whether a request is for a whole NAR, whatever its client has of it. */
    static boolean isPlain(HttpServerExchange exchange) {
        HeaderMap request = exchange.getRequestHeaders();
        return exchange.getRequestMethod().equals(Methods.GET)
                && exchange.getRelativePath().startsWith(PREFIX)
                && !request.contains(Headers.RANGE)
                && !request.contains(Headers.IF_NONE_MATCH)
                && !request.contains(Headers.IF_MODIFIED_SINCE);
    }

    /** The path whose NAR a URL means, where memory knows that. */
    static @Nullable SignedPath find(HotPaths hot, Cache cache, String url) {
        String file = url.substring(PREFIX.length());
        StorePathHash hash = hot.byFile(cache, file);
        SignedPath path = hash == null ? null : hot.current(cache, hash);
        return path != null && path.fileName().equals(file) ? path : null;
    }

    private void send(Cache cache, HttpServerExchange exchange, SignedPath path, OpenedNar nar) {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, Responses.NAR_TYPE);
        headers.put(Headers.ETAG, nar.entityTag());
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.FOREVER));
        headers.put(Headers.ACCEPT_RANGES, "bytes");
        headers.put(SourceHeader.NAME, path.origin());
        if (varies) {
            headers.put(Headers.VARY, "Accept-Encoding");
        }
        if (nar.coded()) {
            headers.put(Headers.CONTENT_ENCODING, Coding.ZSTD);
        }
        exchange.setResponseContentLength(nar.bytes());
        nar.sending().accept(exchange);
    }

    /** Runs a step that may wait for a disk, for which no IO thread does. */
    final void execute(Runnable step) {
        threads.execute(step);
    }

    final void close() {
        threads.shutdownNow();
    }
}
