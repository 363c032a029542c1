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
import io.narthex.transfer.Downloads;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends files that were pushed, of whatever size: a buffer at a time is read and written. Thread-safe. */
final class StoredNars extends HotNars {
    /** Times the size of {@link DirectBuffers}'s is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 64;

    private final BlobStore blobs;
    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);

    StoredNars(HotPaths hot, NarMemory memory, BlobStore blobs, Downloads downloads, PacedResponses paced) {
        super(hot, memory, downloads, paced, "narthex-stored", AT_ONCE, false);
        this.blobs = blobs;
    }

    @Override
    @Nullable
    NarFile file(Cache cache, SignedPath path) {
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
    Optional<OpenedNar> open(Cache cache, SignedPath path, HttpServerExchange exchange) throws IOException {
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
                '"' + nar.fileHash().nix32() + '"',
                nar.fileSize(),
                false,
                sent -> new FileSending(sent, file.get(), nar.fileSize(), blob::close, buffers, this::execute).next()));
    }
}
