package io.narthex.receive;

import io.narthex.access.PushRight;
import io.narthex.cache.Cache;
import io.narthex.cache.UpstreamConflict;
import io.narthex.change.ChangeFeed;
import io.narthex.index.ElsewherePaths;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.upload.NewPaths;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Publishes a path by its narinfo, once the file that the narinfo names is durable. Thread-safe. */
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
    private ElsewherePaths elsewhere;

    @Inject
    private LocalStore store;

    @Inject
    private ChangeFeed feed;

    /**
     * Publishes a path, or merges signatures into the one that is published; what is returned from survives a power cut. What
     * is judged is judged by the cache as it is set when that is committed.
     *
     * @param asked the hash in the URL
     * @throws RefusedException for all that is wrong with it
     */
    Outcome publish(PushRight right, StorePathHash asked, NarInfo info) {
        requireSameElsewhere(right.cache().whole(), asked, info);
        return right.again().use(now -> byAnyFile(Claim.of(now, asked, info)));
    }

    /** Own first is no licence to put another path in the place of one that the cache answers for already. */
    private void requireSameElsewhere(Cache whole, StorePathHash asked, NarInfo info) {
        if (whole.showsOthers() && whole.onConflict() == UpstreamConflict.REFUSE) {
            index.find(whole, asked)
                    .filter(path -> path.isElsewhere() && !path.narHash().equals(info.narHash()))
                    .ifPresent(path -> {
                        throw Refusal.UPSTREAM_CONFLICT.because(
                                path.origin(),
                                path.narHash().nix32(),
                                info.narHash().nix32());
                    });
        }
    }

    /** With the file that is on its way, if one is; else with one that is here. */
    private Outcome byAnyFile(Claim claim) {
        int cache = claim.cache().id();
        // what the machine's store shows may need no file
        Optional<Arrival> arrival =
                claim.cache().whole().showsLocalStore() ? Optional.empty() : pending.take(cache, claim.fileName());
        if (arrival.isPresent() && isAdded(claim, arrival.get())) {
            return new Outcome.Created();
        }
        if (!pending.await(cache, claim.fileName())) {
            throw claim.lacksItsFile();
        }
        Optional<NarInfo> local = local(claim.cache(), claim.asked());
        claim.requirePath();
        local.ifPresent(here -> PublishPolicy.checkSame(here, claim.info()));
        return remembered(claim).or(() -> found(claim, local)).orElseThrow(claim::lacksItsFile);
    }

    /** Adds a path while its file is being made durable, if nothing is in the way. */
    private boolean isAdded(Claim claim, Arrival arrival) {
        boolean overlapping = arrival.facts().fileSize() <= OVERLAPPING_BYTES && overlaps.tryAcquire();
        Optional<ReceivedFile> added = Optional.empty();
        try {
            claim.requireTrue(arrival.facts());
            if (overlapping || arrival.awaitDurable()) {
                Claim signed = claim.signed(ring);
                NewPaths.Outcome outcome = paths.publish(
                        signed.right(),
                        signed.info(),
                        claim.fileName(),
                        arrival.row(),
                        arrival.durable(),
                        claim.wanted());
                if (outcome instanceof NewPaths.Outcome.Added done) {
                    added = Optional.of(done.file());
                }
            }
        } finally {
            if (overlapping) {
                overlaps.release();
            }
            added.ifPresentOrElse(arrival::published, arrival::leave);
        }
        return added.isPresent();
    }

    /** By a file that this node has received lately; empty where there is none, or no more. */
    private Optional<Outcome> remembered(Claim claim) {
        int cache = claim.cache().id();
        Optional<ReceivedFile> file = pending.remembered(cache, claim.fileName());
        Optional<Outcome> outcome = file.flatMap(known -> addOrMerge(claim, known));
        if (file.isPresent() && outcome.isEmpty()) {
            pending.forget(cache, claim.fileName());
        }
        return outcome;
    }

    /**
     * By a file that the database knows.
     *
     * @param local the path as the machine's store has it: where that shows it, signatures come without a file
     */
    private Optional<Outcome> found(Claim claim, Optional<NarInfo> local) {
        boolean needsNoFile = local.isPresent() && claim.cache().showsLocalStore();
        Optional<ReceivedFile> file = find(claim.cache(), claim.fileName(), !needsNoFile);
        if (file.isEmpty() && needsNoFile) {
            merging.signLocal(claim.right(), local.get(), claim.info());
            return Optional.of(new Outcome.Merged());
        }
        return file.flatMap(received -> addOrMerge(claim, received));
    }

    /** Adds a path whose file is here, or merges into it; empty where the file is gone. */
    private Optional<Outcome> addOrMerge(Claim claim, ReceivedFile file) {
        claim.requireTrue(NarIntake.facts(file));
        Claim signed = claim.signed(ring);
        NewPaths.Outcome outcome = paths.publish(signed.right(), signed.info(), file, claim.wanted());
        List<StorePath> missing = List.of();
        if (outcome instanceof NewPaths.Outcome.Missing some) {
            missing = withoutElsewhere(claim.cache(), withoutLocal(claim.cache(), some.paths()));
            outcome = missing.isEmpty() ? paths.publish(signed.right(), signed.info(), file, List.of()) : outcome;
        }
        return switch (outcome) {
            case NewPaths.Outcome.Added added -> Optional.of(new Outcome.Created());
            case NewPaths.Outcome.Denied denied -> throw Refusal.DENIED.because(Refusal.shown(denied.rule()));
            case NewPaths.Outcome.Unclaimed gone -> Optional.empty();
            case NewPaths.Outcome.Present present -> merged(claim, signed, file, missing);
            case NewPaths.Outcome.Missing some -> merged(claim, signed, file, missing);
        };
    }

    /**
     * What somebody has deleted meanwhile is published anew.
     *
     * @param signed the claim with the signatures that the cache keeps
     */
    private Optional<Outcome> merged(Claim claim, Claim signed, ReceivedFile file, List<StorePath> missing) {
        return merging.merge(signed.right(), signed.asked(), signed.info(), file.nar(), missing)
                ? Optional.of(new Outcome.Merged())
                : addOrMerge(claim, file);
    }

    /** What another source of the cache has counts as here, and is kept from now on. */
    private List<StorePath> withoutElsewhere(Cache cache, List<StorePath> missing) {
        Cache whole = cache.whole();
        if (!whole.showsOthers()) {
            return missing;
        }
        List<SignedPath> there = missing.stream()
                .flatMap(path -> index.find(whole, path.hash()).stream())
                .filter(path -> path.isElsewhere() && missing.contains(path.path()))
                .toList();
        elsewhere.hold(whole, there);
        Set<StorePath> found = there.stream().map(SignedPath::path).collect(Collectors.toSet());
        return missing.stream().filter(path -> !found.contains(path)).toList();
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
                        .filter(path -> path.source() instanceof NarSource.InLocalStore && !path.isElsewhere())
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
