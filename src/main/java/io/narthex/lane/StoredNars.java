package io.narthex.lane;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.blob.DirectBuffers;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.index.StoredNar;
import io.narthex.transfer.Downloads;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** Sends files that were pushed, of whatever size: a buffer at a time is read and written. Thread-safe. */
final class StoredNars extends HotNars {
    private static final System.Logger LOG = System.getLogger(StoredNars.class.getName());
    /** Times the size of {@link DirectBuffers}'s is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 64;

    private final BlobStore blobs;
    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);

    StoredNars(HotPaths hot, NarMemory memory, BlobStore blobs, Downloads downloads, PacedResponses paced) {
        super(hot, memory, downloads, paced, "narthex-stored", AT_ONCE);
        this.blobs = blobs;
    }

    @Override
    @Nullable
    NarFile file(SignedPath path) {
        return path.source() instanceof NarSource.InBlobStore(StoredNar nar)
                ? new NarFile(nar.fileHash(), nar.fileSize())
                : null;
    }

    @Override
    Optional<ByteBuffer> read(SignedPath path) throws IOException {
        if (!(path.source() instanceof NarSource.InBlobStore(StoredNar nar))) {
            return Optional.empty();
        }
        Optional<Blob> opened = blobs.open(BlobKey.parse(nar.storageKey()));
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (Blob blob = opened.get();
                InputStream bytes = blob.range(0, Math.min(blob.size(), nar.fileSize()))) {
            return Optional.of(ByteBuffer.wrap(bytes.readAllBytes()));
        }
    }

    @Override
    Optional<OpenedNar> open(SignedPath path) throws IOException {
        if (!(path.source() instanceof NarSource.InBlobStore(StoredNar nar))) {
            return Optional.empty();
        }
        Optional<Blob> opened = blobs.open(BlobKey.parse(nar.storageKey()));
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        Blob blob = opened.get();
        Optional<FileChannel> file = blob.size() == nar.fileSize() ? blob.channel() : Optional.empty();
        if (file.isEmpty()) {
            blob.close();
            return Optional.empty();
        }
        return Optional.of(new OpenedNar(
                '"' + nar.fileHash().nix32() + '"', nar.fileSize(), exchange -> new Sending(exchange, blob, file.get()).next()));
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
                execute(this::next);
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
}
