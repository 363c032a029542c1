package io.narthex.transfer;

import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.blob.DirectBuffers;
import io.narthex.cache.Cache;
import io.narthex.configuration.NarZstd;
import io.narthex.configuration.Settings;
import io.narthex.index.SignedPath;
import io.narthex.index.local.LocalSource;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.nar.NarException;
import io.narthex.nix.nar.NarPacker;
import io.narthex.nix.nar.NarSink;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Sends NARs of this machine's store, and takes a path out of service whose bytes turn out not to be what was signed.
 */
@ApplicationScoped
public class NarTransfer {
    private static final System.Logger LOG = System.getLogger(NarTransfer.class.getName());
    /** zstd's own default, and about what a core can do at the pace of a fast link. */
    private static final int ZSTD_LEVEL = 1;

    @Inject
    private LocalStore store;

    @Inject
    private LocalSource source;

    @Inject
    private PackedNars copies;

    @Inject
    private Settings settings;

    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);
    private final Clock clock = Clock.systemUTC();

    /**
     * The NAR of a path of the machine's store, from its copy where there is one. A copy is wanted of what is sent.
     *
     * @param coded whether its reader would take it coded
     */
    public NarBody of(Cache cache, SignedPath path, boolean coded) {
        return new NarBody() {
            @Override
            public long length() {
                return path.narSize();
            }

            @Override
            public String tag() {
                return '"' + path.narHash().nix32() + '"';
            }

            @Override
            public void whole(OutputStream out) {
                copies.find(cache, path)
                        .map(CopiedBody::new)
                        .ifPresentOrElse(copy -> copy.whole(out), () -> NarTransfer.this.whole(path, out));
                copies.wanted(cache, path, coded);
            }

            @Override
            public void part(ByteRange.Part part, OutputStream out) {
                copies.find(cache, path)
                        .map(CopiedBody::new)
                        .ifPresentOrElse(copy -> copy.part(part, out), () -> NarTransfer.this.part(path, part, out));
                copies.wanted(cache, path, coded);
            }
        };
    }

    /** The coded copy of a path, where one is ready. */
    public Optional<CopiedBody> ready(Cache cache, SignedPath path) {
        return copies.findCoded(cache, path).map(CopiedBody::new);
    }

    private void whole(SignedPath path, OutputStream out) {
        guarded(path, () -> {
            ResponseSink sink = ResponseSink.of(out);
            return pack(path, sink);
        });
    }

    /** A part; the files before it are not read, and it counts as no check. */
    private void part(SignedPath path, ByteRange.Part part, OutputStream out) {
        guarded(path, () -> {
            ResponseSink sink = ResponseSink.of(out);
            long[] left = {part.length()};
            ByteBuffer buffer = buffers.take();
            try {
                new NarPacker(buffer, bytes -> {
                            left[0] -= bytes.remaining();
                            sink.write(bytes);
                        })
                        .packRange(locate(path), part.first(), part.length());
            } finally {
                buffers.giveBack(buffer);
            }
            if (left[0] != 0) {
                throw new CheckedNar.WrongNarException("it is shorter than registered");
            }
            return false;
        });
    }

    /** All of it, compressed on the way; its end says that it was whole. */
    public void coded(SignedPath path, OutputStream out) {
        guarded(path, () -> {
            ResponseSink sink = ResponseSink.of(out);
            OutputStream plain = sink.asStream();
            ZstdOutputStream zstd = new ZstdOutputStream(plain, ZSTD_LEVEL);
            WritableByteChannel channel = Channels.newChannel(zstd);
            boolean checked = pack(path, bytes -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
            zstd.close();
            return checked;
        });
    }

    /**
     * All of it at once, for what fits into one buffer. Empty where its hash has to be checked, where it may be sent
     * coded, and where it is not whole: the way that streams has the answer then.
     */
    public Optional<ByteBuffer> small(SignedPath path) {
        if (settings.narZstd() == NarZstd.TRUE || isCheckDue(path)) {
            return Optional.empty();
        }
        ByteBuffer nar = ByteBuffer.allocate((int) path.narSize());
        try {
            pack(path, nar::put);
            return Optional.of(nar.flip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Packs and checks; true when the hash was checked too. */
    private boolean pack(SignedPath path, NarSink sink) throws IOException {
        boolean hash = isCheckDue(path);
        CheckedNar checked = new CheckedNar(sink, path.narSize(), path.narHash(), hash);
        ByteBuffer buffer = buffers.take();
        try {
            new NarPacker(buffer, checked).pack(locate(path));
            checked.finish();
        } finally {
            buffers.giveBack(buffer);
        }
        return hash;
    }

    private boolean isCheckDue(SignedPath path) {
        Duration recheck = settings.narRecheck();
        Instant now = clock.instant();
        return recheck.isZero()
                || path.checkedAt().filter(at -> at.plus(recheck).isAfter(now)).isEmpty();
    }

    private Path locate(SignedPath path) {
        return store.locate(path.path());
    }

    /** A transfer: true when the hash of what was sent was checked. */
    private interface Transfer {
        boolean run() throws IOException;
    }

    private void guarded(SignedPath path, Transfer transfer) {
        boolean checked;
        try {
            checked = transfer.run();
        } catch (ResponseSink.ClientGoneException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=client-gone path={0}", path.path());
            ResponseSink.breakOff();
            return;
        } catch (NarException | CheckedNar.WrongNarException | NoSuchFileException e) {
            // first out of service, then the client may see it: who asks at once again gets 404
            try {
                quarantine(path, e);
            } finally {
                ResponseSink.breakOff();
            }
            return;
        } catch (IOException e) {
            // too many open files, a disk that fails: nothing is known about the path
            ResponseSink.breakOff();
            LOG.log(System.Logger.Level.ERROR, "event=nar-unreadable path=" + path.path(), e);
            return;
        }
        if (checked) {
            record(path);
        }
    }

    /** What was sent was right: that it cannot be written down now is no reason to break it off at its end. */
    private void record(SignedPath path) {
        try {
            source.checked(path);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=check-not-recorded path={0} reason={1}",
                    path.path(),
                    e.getMessage());
        }
    }

    /** A path that was collected meanwhile is gone, not wrong: Nix says so. */
    private void quarantine(SignedPath path, IOException found) {
        if (store.database().find(path.path().hash()).isPresent()) {
            source.quarantine(
                    path,
                    found instanceof NoSuchFileException ? "a file is missing" : String.valueOf(found.getMessage()));
        }
    }
}
