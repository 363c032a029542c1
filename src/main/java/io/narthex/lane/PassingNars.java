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
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Sends NARs of upstreams while they are fetched: whoever waits for bytes holds neither a thread nor a buffer, so that hundreds
 * follow one fetch. Thread-safe.
 */
final class PassingNars {
    private static final System.Logger LOG = System.getLogger(PassingNars.class.getName());

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
        new Sending(exchange, passing, length).next();
    }

    void close() {
        threads.shutdownNow();
    }

    /** One answer on its way: what is there is read and written, and what is not is waited for without a thread. */
    private final class Sending implements IoCallback {
        private final HttpServerExchange exchange;
        private final PassingNar passing;
        private final long length;
        private @Nullable ByteBuffer buffer;
        private long at;
        private final AtomicBoolean over = new AtomicBoolean();

        Sending(HttpServerExchange exchange, PassingNar passing, long length) {
            this.exchange = exchange;
            this.passing = passing;
            this.length = length;
        }

        void next() {
            try {
                long ready = passing.sendable() - at;
                if (ready > 0) {
                    write(ready);
                } else if (passing.isBroken()) {
                    breakOff();
                } else {
                    passing.whenBeyond(at, () -> threads.execute(this::next));
                }
            } catch (IOException | RuntimeException | Error e) {
                // an Error too: nobody else would ever end this answer, and give back what it holds
                LOG.log(System.Logger.Level.ERROR, "event=passing-nar-unreadable", e);
                breakOff();
            }
        }

        private void write(long ready) throws IOException {
            ByteBuffer piece = buffers.take();
            buffer = piece;
            piece.clear().limit((int) Math.min(piece.capacity(), ready));
            int read = passing.read(piece, at);
            if (read <= 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += read;
            exchange.getResponseSender().send(piece.flip(), this);
        }

        @Override
        public void onComplete(HttpServerExchange ended, Sender sender) {
            giveBack();
            if (at == length) {
                if (close()) {
                    exchange.endExchange();
                }
            } else if (exchange.isInIoThread()) {
                // as in FileSending: no IO thread waits for a disk, and the sender has to be back first
                exchange.getIoThread().execute(() -> threads.execute(this::next));
            } else {
                next();
            }
        }

        @Override
        public void onException(HttpServerExchange broken, Sender sender, IOException e) {
            breakOff();
        }

        private void breakOff() {
            giveBack();
            if (close()) {
                // not an end: its reader must see that it is not whole
                IoUtils.safeClose(exchange.getConnection());
                exchange.endExchange();
            }
        }

        /** Once: others hold the same file. Gives whether this was the first time. */
        private boolean close() {
            boolean first = over.compareAndSet(false, true);
            if (first) {
                passing.close();
            }
            return first;
        }

        private void giveBack() {
            ByteBuffer held = buffer;
            if (held != null) {
                buffer = null;
                buffers.giveBack(held);
            }
        }
    }
}
