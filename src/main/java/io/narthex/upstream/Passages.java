package io.narthex.upstream;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.cache.Cache;
import io.narthex.configuration.Settings;
import io.narthex.index.UpstreamNar;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.receive.FetchedNars;
import io.narthex.receive.NarFacts;
import io.narthex.receive.RefusedException;
import io.narthex.receive.UploadName;
import io.narthex.transaction.GroupCommit;
import io.narthex.upstream.fetch.ArrivingChannel;
import io.narthex.upstream.fetch.NarFetch;
import io.narthex.upstream.fetch.PassingNar;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings one NAR file of an upstream here: it is fetched, and unpacked and hashed at the same time; what is right is kept where the
 * upstream is to be kept. Thread-safe.
 */
@ApplicationScoped
public class Passages {
    private static final System.Logger LOG = System.getLogger(Passages.class.getName());

    private static final int PIECE = 128 << 10;

    @Inject
    private Settings settings;

    @Inject
    private UpstreamClient client;

    @Inject
    private UpstreamStates states;

    @Inject
    private UpstreamCounts counts;

    @Inject
    private FetchedNars received;

    @Inject
    private FetchedFiles files;

    @Inject
    private BlobStore blobs;

    @Inject
    private Refused refused;

    /** Nobody is waited for: what ends while others are written down is next. */
    private final GroupCommit<FetchedFiles.Arrived, Boolean> keeping =
            new GroupCommit<>(all -> files.keep(all), () -> 0);

    /**
     * A file that is about to come.
     *
     * @param cache for which it was asked first
     * @param file takes its bytes
     * @param over runs once nobody else may join those who read it
     */
    Passage of(Upstream upstream, Cache cache, UpstreamNar nar, PassingNar file, Runnable over) {
        return new Passage(upstream, cache, nar, file, over);
    }

    /**
     * One file on its way. {@link #fetch} and {@link #check} run at the same time, each on a thread of its own, and each closes the
     * file once.
     */
    final class Passage {
        private final Upstream upstream;
        private final Cache cache;
        private final UpstreamNar nar;
        private final PassingNar file;
        private final Runnable over;
        private volatile boolean kept;

        Passage(Upstream upstream, Cache cache, UpstreamNar nar, PassingNar file, Runnable over) {
            this.upstream = upstream;
            this.cache = cache;
            this.nar = nar;
            this.file = file;
            this.over = over;
        }

        /** Brings its bytes. */
        void fetch() {
            UpstreamState state = states.of(upstream);
            try {
                kept = isCopied();
                if (!kept) {
                    counts.of(upstream, cache.tenantId()).fetches.increment();
                    new NarFetch((url, headers) -> client.open(upstream, url, headers), nar, file, most()).run();
                }
                file.end();
                if (kept || nar.fileHash().isPresent()) {
                    file.release();
                }
            } catch (NarFetch.WrongBytesException e) {
                refuse(e);
            } catch (IOException | RuntimeException | Error e) {
                if (!kept) {
                    state.failed("a NAR broke off: " + e.getMessage());
                    counts.of(upstream, cache.tenantId()).failures.increment();
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=upstream-nar-failed upstream={0} path={1} reason={2}",
                        upstream.name(),
                        nar.path(),
                        e.toString());
                fail(e);
            } finally {
                if (!kept) {
                    state.bytesFetched.add(file.arrived());
                    counts.of(upstream, cache.tenantId()).bytes.add(file.arrived());
                }
                file.close();
            }
        }

        /**
         * Whoever found the path before the file was kept asks for it after: it is here. A fetch is in the map until its file is
         * kept, and this one is in the map already, so that one of the two is seen.
         */
        private boolean isCopied() throws IOException {
            Optional<BlobKey> key = files.kept(nar);
            try (Blob blob = key.isPresent() ? blobs.open(key.get()).orElse(null) : null) {
                if (blob == null) {
                    return false;
                }
                kept = true;
                file.length().complete(blob.size());
                try (InputStream bytes = blob.range(0, blob.size())) {
                    byte[] piece = new byte[PIECE];
                    for (int n = bytes.read(piece); n >= 0; n = bytes.read(piece)) {
                        file.append(ByteBuffer.wrap(piece, 0, n));
                    }
                }
                return true;
            }
        }

        private long most() {
            return Math.min(settings.maxNarBytes(), upstream.maxNarBytes().orElse(Long.MAX_VALUE));
        }

        /** Unpacks and hashes what arrives, and keeps it where it is right and the upstream is to be kept. */
        void check() {
            try (ArrivingChannel channel = new ArrivingChannel(file)) {
                if (file.awaitArrived(0) && kept) {
                    file.awaitEnd();
                } else if (upstream.keep()) {
                    keep(channel);
                } else {
                    NarFacts facts =
                            received.check(channel, OptionalLong.empty(), UploadName.parse(nar.fileName()), most());
                    requireRight(facts.narHash(), facts.narSize(), facts.contentsHash());
                    file.release();
                    files.passed(nar, upstream, cache.tenantId(), facts.fileSize());
                }
            } catch (NarFetch.WrongBytesException | RefusedException e) {
                if (!file.isBroken()) {
                    refuse(e);
                }
            } catch (IOException | RuntimeException | Error e) {
                unkept(e);
                awaitEnd();
            } finally {
                over.run();
                file.close();
            }
        }

        private void keep(ArrivingChannel channel) throws IOException {
            ReceivedFiles.Facts facts =
                    received.keep(channel, OptionalLong.empty(), UploadName.parse(nar.fileName()), most());
            try {
                requireRight(facts.narHash(), facts.narSize(), facts.contentsHash());
                file.release();
                if (keeping.write(new FetchedFiles.Arrived(nar, upstream, cache.tenantId(), facts))) {
                    return;
                }
            } catch (NarFetch.WrongBytesException e) {
                blobs.delete(BlobKey.parse(facts.storageKey()));
                throw e;
            }
            blobs.delete(BlobKey.parse(facts.storageKey()));
        }

        private void requireRight(NixHash narHash, long narSize, Optional<NixHash> contents)
                throws NarFetch.WrongBytesException {
            if (nar.contentsHash().isPresent() && !nar.contentsHash().equals(contents)) {
                throw new NarFetch.WrongBytesException(
                        "its contents are not those that its path follows from: their hash is not "
                                + nar.contentsHash().get().nix32());
            }
            if (!narHash.equals(nar.narHash()) || narSize != nar.narSize()) {
                throw new NarFetch.WrongBytesException("its NAR has the hash " + narHash.nix32() + " and " + narSize
                        + " bytes where " + nar.narHash().nix32() + " and " + nar.narSize() + " were signed");
            }
        }

        private void refuse(Exception e) {
            states.of(upstream).refusedBytes.increment();
            counts.of(upstream, cache.tenantId()).refused.increment();
            fail(e);
            refused.bytes(upstream, cache, nar.path(), String.valueOf(e.getMessage()));
            files.refuse(nar);
        }

        /** It passes all the same: a full disk is no reason to refuse what upstream and client have. */
        private void unkept(Throwable e) {
            if (!file.isBroken()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=upstream-nar-not-kept upstream={0} path={1} reason={2}",
                        upstream.name(),
                        nar.path(),
                        e.toString());
                if (nar.fileHash().isEmpty()) {
                    fail(e);
                }
            }
        }

        /** Others follow it until all of it has come, as if it were kept. */
        private void awaitEnd() {
            try {
                file.awaitEnd();
            } catch (IOException e) {
                // broken off: whoever reads it sees that
                return;
            }
        }

        private void fail(Throwable e) {
            over.run();
            file.fail(e instanceof IOException io ? io : new IOException(e));
        }
    }
}
