package io.narthex.push;

import io.narthex.access.PushRight;
import io.narthex.cache.Cache;
import io.narthex.cache.ReferenceCheck;
import io.narthex.change.ChangeFeed;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.upload.NewPaths;
import io.narthex.index.upload.NewPaths.Outcome;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Publishes a path by its narinfo, once the file that this names is durable. Thread-safe. */
@ApplicationScoped
public class Publisher {
    /** How long the row of a file may take that another node has received. */
    private static final long OTHER_NODE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_MILLIS = 100;

    /** Files that are durable soon: publishing them holds a connection meanwhile. */
    private static final long OVERLAPPING_BYTES = 8 << 20;

    /** Connections that may be held so at once. */
    private static final int OVERLAPS = 4;

    private final Semaphore overlaps = new Semaphore(OVERLAPS);

    @Inject
    private PendingNars pending;

    @Inject
    private ReceivedFiles files;

    @Inject
    private PathIndex index;

    @Inject
    private NewPaths paths;

    @Inject
    private Merging merging;

    @Inject
    private KeyRing ring;

    @Inject
    private LocalStore store;

    @Inject
    private ChangeFeed feed;

    /**
     * Publishes a path if nothing is in the way: it is new, and its file came here lately.
     *
     * @return false where that is not so: {@link #publish} does the rest
     * @throws RefusedException for what is wrong with it, as that would
     */
    public boolean publishNew(PushRight right, StorePathHash asked, NarInfo info) {
        return right.use(now -> tryNew(now, asked, info));
    }

    private boolean tryNew(PushRight right, StorePathHash asked, NarInfo info) {
        Cache cache = right.cache();
        if (!cache.takesUploads() || cache.whole().showsLocalStore()) {
            return false;
        }
        String file = PushPolicy.fileOf(info).toString();
        Optional<Arrival> arrival = pending.take(cache.id(), file);
        if (arrival.isPresent()) {
            return publish(right, asked, info, file, arrival.get());
        }
        Optional<ReceivedFile> remembered = pending.remembered(cache.id(), file);
        if (remembered.isEmpty()) {
            return false;
        }
        PushPolicy.checkPath(cache.storeDir(), asked, info);
        PushPolicy.checkTrue(cache.storeDir(), asked, info, NarIntake.facts(remembered.get()));
        NarInfo facts = info.withSignatures(kept(cache, info));
        return paths.publish(right, facts, remembered.get(), wanted(cache, info)) instanceof Outcome.Added;
    }

    /**
     * Publishes a path, or merges signatures into the one that is published; what is returned from survives a power cut. What
     * is judged is judged by the cache as it is set when that is committed.
     *
     * @param asked the hash in the URL
     * @return whether the path is new
     * @throws RefusedException for all that is wrong with it
     */
    public boolean publish(PushRight right, StorePathHash asked, NarInfo info) {
        return right.again().use(now -> publishAs(now, asked, info));
    }

    private boolean publishAs(PushRight right, StorePathHash asked, NarInfo info) {
        Cache cache = right.cache();
        if (!cache.takesUploads()) {
            throw Refusal.NOT_TAKEN.because(cache.fullName());
        }
        String file = PushPolicy.fileOf(info).toString();
        // what the machine's store shows may need no file
        Optional<Arrival> arrival = cache.whole().showsLocalStore() ? Optional.empty() : pending.take(cache.id(), file);
        if (arrival.isPresent() && publish(right, asked, info, file, arrival.get())) {
            return true;
        }
        if (!pending.await(cache.id(), file)) {
            throw Refusal.NO_SUCH_NAR.because(Refusal.shown(info.url()));
        }
        Optional<NarInfo> local = local(cache, asked);
        PushPolicy.checkPath(cache.storeDir(), asked, info);
        local.ifPresent(here -> PushPolicy.checkSame(here, info));
        Optional<ReceivedFile> remembered = pending.remembered(cache.id(), file);
        if (remembered.isPresent()) {
            Optional<Boolean> added = publish(right, asked, info, remembered.get());
            if (added.isPresent()) {
                return added.get();
            }
            pending.forget(cache.id(), file);
        }
        boolean needsNoFile = local.isPresent() && cache.showsLocalStore();
        Optional<ReceivedFile> found = find(cache, file, !needsNoFile);
        if (found.isEmpty() && needsNoFile) {
            merging.signLocal(right, local.get(), info);
            return false;
        }
        return found.flatMap(received -> publish(right, asked, info, received))
                .orElseThrow(() -> Refusal.NO_SUCH_NAR.because(Refusal.shown(info.url())));
    }

    /** Publishes a path while its file is being made durable, if nothing is in the way. */
    private boolean publish(PushRight right, StorePathHash asked, NarInfo info, String file, Arrival arrival) {
        boolean overlapping = arrival.facts().fileSize() <= OVERLAPPING_BYTES && overlaps.tryAcquire();
        Optional<ReceivedFile> published = Optional.empty();
        try {
            Cache cache = right.cache();
            PushPolicy.checkPath(cache.storeDir(), asked, info);
            PushPolicy.checkTrue(cache.storeDir(), asked, info, arrival.facts());
            if (overlapping || arrival.awaitDurable()) {
                NarInfo facts = info.withSignatures(kept(cache, info));
                Outcome outcome =
                        paths.publish(right, facts, file, arrival.row(), arrival.durable(), wanted(cache, info));
                if (outcome instanceof Outcome.Added added) {
                    published = Optional.of(added.file());
                }
            }
        } finally {
            if (overlapping) {
                overlaps.release();
            }
            published.ifPresentOrElse(arrival::published, arrival::leave);
        }
        return published.isPresent();
    }

    private List<Signature> kept(Cache cache, NarInfo info) {
        return SignaturePolicy.of(cache, ring.of(cache)).keep(info);
    }

    private static Collection<StorePath> wanted(Cache cache, NarInfo info) {
        return cache.references() == ReferenceCheck.LENIENT ? List.of() : PushPolicy.otherReferences(info);
    }

    /** Tells whether the path is new; empty where the file is gone. */
    private Optional<Boolean> publish(PushRight right, StorePathHash asked, NarInfo info, ReceivedFile file) {
        Cache cache = right.cache();
        PushPolicy.checkTrue(cache.storeDir(), asked, info, NarIntake.facts(file));
        List<Signature> kept = kept(cache, info);
        NarInfo facts = info.withSignatures(kept);
        Outcome outcome = paths.publish(right, facts, file, wanted(cache, info));
        List<StorePath> missing = List.of();
        if (outcome instanceof Outcome.Missing some) {
            missing = withoutLocal(cache, some.paths());
            outcome = missing.isEmpty() ? paths.publish(right, facts, file, List.of()) : outcome;
        }
        return switch (outcome) {
            case Outcome.Added added -> Optional.of(true);
            case Outcome.Unclaimed gone -> Optional.empty();
            case Outcome.Present present ->
                merging.merge(right, asked, facts, file.nar(), missing)
                        ? Optional.of(false)
                        : publish(right, asked, info, file);
            case Outcome.Missing some ->
                merging.merge(right, asked, facts, file.nar(), missing)
                        ? Optional.of(false)
                        : publish(right, asked, info, file);
        };
    }

    private List<StorePath> withoutLocal(Cache cache, List<StorePath> missing) {
        return cache.whole().showsLocalStore()
                ? missing.stream()
                        .filter(path -> store.database().find(path.hash()).isEmpty())
                        .toList()
                : missing;
    }

    /** The path as the cache shows it from the machine's store, if it does; below {@code /push/} too nothing else fits. */
    private Optional<NarInfo> local(Cache cache, StorePathHash asked) {
        Cache whole = cache.whole();
        return whole.showsLocalStore()
                ? index.find(whole, asked)
                        .filter(path -> path.source() instanceof NarSource.InLocalStore)
                        .map(SignedPath::facts)
                : Optional.empty();
    }

    private Optional<ReceivedFile> find(Cache cache, String file, boolean awaited) {
        long begun = System.nanoTime();
        Optional<ReceivedFile> found = files.find(cache.id(), file);
        while (found.isEmpty()
                && awaited
                && !feed.heartbeat().isAlone()
                && System.nanoTime() - begun < OTHER_NODE_NANOS) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return found;
            }
            found = files.find(cache.id(), file);
        }
        return found;
    }
}
