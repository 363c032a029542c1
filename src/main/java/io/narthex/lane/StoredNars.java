package io.narthex.lane;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.blob.DirectBuffers;
import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.index.StoredNar;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.Responses;
import io.narthex.share.Sharer;
import io.narthex.thread.NamedThreads;
import io.narthex.transfer.Downloads;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Files that were pushed, whole: read on a few threads and written without blocking, so that a slow reader holds a buffer
 * and no thread. Whatever is not plain goes the long way, and so does what comes while readers hold as many buffers as
 * memory may. Thread-safe.
 */
final class StoredNars {
    private static final System.Logger LOG = System.getLogger(StoredNars.class.getName());
    /** Times the size of {@link DirectBuffers}'s is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 64;

    private static final String PREFIX = "/nar/";

    private final HotPaths hot;
    private final BlobStore blobs;
    private final Downloads downloads;
    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);
    private final SharedPlaces places;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            2 * Runtime.getRuntime().availableProcessors(), new NamedThreads("narthex-stored"));

    StoredNars(HotPaths hot, BlobStore blobs, Downloads downloads, PacedResponses paced) {
        this.hot = hot;
        this.blobs = blobs;
        this.downloads = downloads;
        places = new SharedPlaces(AT_ONCE, paced);
    }

    /**
     * Answers, or lets {@code otherwise} do so; false when this is none of its requests.
     *
     * @param token the public id of who asks; null: nobody
     * @param who takes a place
     */
    boolean run(Cache cache, @Nullable String token, Sharer who, HttpServerExchange exchange, HttpHandler otherwise) {
        SignedPath path = isPlain(exchange) ? find(cache, exchange.getRelativePath()) : null;
        if (path == null || !(path.source() instanceof NarSource.InBlobStore stored) || !places.take(exchange, who)) {
            return false;
        }
        exchange.dispatch(threads, (HttpServerExchange dispatched) -> {
            Optional<Blob> blob = open(stored.nar());
            Optional<FileChannel> file = blob.flatMap(Blob::channel);
            if (file.isPresent()) {
                downloads.begin(dispatched, cache, path, token);
                head(cache, dispatched, path, stored.nar());
                new Sending(dispatched, blob.get(), file.get()).next();
            } else {
                blob.ifPresent(Blob::close);
                otherwise.handleRequest(dispatched);
            }
        });
        return true;
    }

    private static boolean isPlain(HttpServerExchange exchange) {
        HeaderMap request = exchange.getRequestHeaders();
        return exchange.getRequestMethod().equals(Methods.GET)
                && exchange.getRelativePath().startsWith(PREFIX)
                && !request.contains(Headers.RANGE)
                && !request.contains(Headers.IF_NONE_MATCH)
                && !request.contains(Headers.IF_MODIFIED_SINCE);
    }

    private @Nullable SignedPath find(Cache cache, String url) {
        String file = url.substring(PREFIX.length());
        StorePathHash hash = hot.byFile(cache, file);
        SignedPath path = hash == null ? null : hot.current(cache, hash);
        return path != null && path.fileName().equals(file) ? path : null;
    }

    /** Empty where its bytes are not as they should be: the long way knows how to say so. */
    private Optional<Blob> open(StoredNar nar) throws IOException {
        Optional<Blob> blob = blobs.open(BlobKey.parse(nar.storageKey()));
        if (blob.isPresent() && blob.get().size() != nar.fileSize()) {
            blob.get().close();
            return Optional.empty();
        }
        return blob;
    }

    private static void head(Cache cache, HttpServerExchange exchange, SignedPath path, StoredNar nar) {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, Responses.NAR_TYPE);
        headers.put(Headers.ETAG, '"' + nar.fileHash().nix32() + '"');
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.FOREVER));
        headers.put(Headers.ACCEPT_RANGES, "bytes");
        exchange.setResponseContentLength(nar.fileSize());
    }

    /** One file on its way: a buffer is read, written, and read again when the socket has taken it. */
    private final class Sending implements IoCallback {
        private final HttpServerExchange exchange;
        private final Blob blob;
        private final FileChannel file;
        private final ByteBuffer buffer = buffers.take();
        private long at;

        Sending(HttpServerExchange exchange, Blob blob, FileChannel file) {
            this.exchange = exchange;
            this.blob = blob;
            this.file = file;
        }

        void next() {
            try {
                buffer.clear().limit((int) Math.min(buffer.capacity(), blob.size() - at));
                int read = file.read(buffer, at);
                if (read <= 0) {
                    throw new EOFException("the file ends at byte " + at);
                }
                at += read;
                exchange.getResponseSender().send(buffer.flip(), this);
            } catch (IOException | RuntimeException | Error e) {
                // an Error too: nobody else would ever end this answer, and give back what it holds
                LOG.log(System.Logger.Level.ERROR, "event=blob-unreadable", e);
                breakOff();
            }
        }

        @Override
        public void onComplete(HttpServerExchange ended, Sender sender) {
            if (at == blob.size()) {
                release();
                exchange.endExchange();
            } else if (exchange.isInIoThread()) {
                // a file may have to be read from a disk, for which no IO thread waits
                threads.execute(this::next);
            } else {
                next();
            }
        }

        @Override
        public void onException(HttpServerExchange broken, Sender sender, IOException e) {
            breakOff();
        }

        private void breakOff() {
            release();
            // not an end: its reader must see that it is not whole
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }

        private void release() {
            buffers.giveBack(buffer);
            blob.close();
        }
    }

    void close() {
        threads.shutdownNow();
    }
}
