package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.HotPaths;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarTransfer;
import io.undertow.server.HttpServerExchange;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends NARs of this machine's store that fit into one buffer, as most do: each is packed and checked before the answer
 * begins, so that none ever waits for a reader. Thread-safe.
 */
final class SmallNars extends HotNars {
    /** In bytes; a socket takes about as much at once. */
    private static final int LARGEST = 128 << 10;
    /** Times {@link #LARGEST} is what slow readers can hold: 16 MB. */
    private static final int AT_ONCE = 128;

    private final NarTransfer transfer;

    /** @param coding whether larger ones may be sent coded */
    SmallNars(
            HotPaths hot,
            NarMemory memory,
            NarTransfer transfer,
            Downloads downloads,
            PacedResponses paced,
            boolean coding) {
        super(hot, memory, downloads, paced, "narthex-small", AT_ONCE, coding);
        this.transfer = transfer;
    }

    @Override
    @Nullable
    NarFile file(Cache cache, SignedPath path) {
        return path.source() instanceof NarSource.InLocalStore && path.narSize() <= LARGEST
                ? new NarFile(path.narHash(), path.narSize())
                : null;
    }

    @Override
    Optional<ByteBuffer> read(SignedPath path) {
        return transfer.small(path);
    }

    @Override
    Optional<OpenedNar> open(Cache cache, SignedPath path, HttpServerExchange exchange) {
        return transfer.small(path)
                .map(nar -> new OpenedNar(
                        '"' + path.narHash().nix32() + '"',
                        nar.remaining(),
                        false,
                        sent -> sent.getResponseSender().send(nar)));
    }
}
