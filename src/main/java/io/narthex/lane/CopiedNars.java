package io.narthex.lane;

import io.narthex.blob.DirectBuffers;
import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.SignedPath;
import io.narthex.transfer.Coding;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarCopy;
import io.narthex.transfer.PackedNars;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends NARs of this machine's store of which a copy is kept, as it lies or coded. Thread-safe. */
final class CopiedNars extends HotNars {
    /** Times the size of {@link DirectBuffers}'s is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 64;

    private final PackedNars copies;
    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);

    /** @param coding whether they may be sent coded */
    CopiedNars(
            HotPaths hot,
            NarMemory memory,
            PackedNars copies,
            Downloads downloads,
            PacedResponses paced,
            boolean coding) {
        super(hot, memory, downloads, paced, "narthex-copied", AT_ONCE, coding);
        this.copies = copies;
    }

    @Override
    @Nullable
    NarFile file(Cache cache, SignedPath path) {
        return copies.has(cache, path) ? new NarFile(path.narHash(), path.narSize()) : null;
    }

    /** None: what memory takes is smaller than any copy. */
    @Override
    Optional<ByteBuffer> read(SignedPath path) {
        return Optional.empty();
    }

    @Override
    Optional<OpenedNar> open(Cache cache, SignedPath path, HttpServerExchange exchange) {
        boolean zstd = Coding.acceptsZstd(exchange.getRequestHeaders().get(Headers.ACCEPT_ENCODING));
        copies.wanted(cache, path, zstd);
        Optional<NarCopy> coded = zstd ? copies.findCoded(cache, path) : Optional.empty();
        return coded.or(() -> copies.find(cache, path))
                .map(copy -> new OpenedNar(
                        copy.entityTag(),
                        copy.bytes(),
                        copy.coded(),
                        sent -> new FileSending(sent, copy.file(), copy.bytes(), copy::close, buffers, this::execute)
                                .next()));
    }
}
