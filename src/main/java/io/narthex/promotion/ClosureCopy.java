package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Judges the paths of a closure, adds their rows and signs them, a piece at a time. Every call needs the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ClosureCopy {
    /** Twice as many paths are in memory at a time, some kilobytes each. */
    private static final int PIECE = 1_000;

    @Inject
    private ClosureRows rows;

    @Inject
    private KeyRing ring;

    /**
     * What came of it.
     *
     * @param paths all of the closure
     * @param added those that the target did not have
     * @param missing what they refer to and is not in the closure
     */
    record Copied(Set<StorePathHash> paths, Set<StorePathHash> added, List<StorePath> missing) {}

    /** A path as it was judged, with the signatures of others that the target is to have. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one piece, never compared
    private record Judged(ClosurePath path, byte[] fingerprint, List<String> failures, List<Signature> foreign) {}

    /**
     * Paths that are being signed while others are written.
     *
     * @param signatures by each key that signs, of the paths that the target did not have when they were read
     */
    private record Piece(
            List<Judged> judged, Map<KeyRing.Member, CompletableFuture<Map<StorePathHash, Signature>>> signatures) {}

    /** @param done is told after each piece how many paths are written */
    Copied copy(Cache target, Cache source, OptionalLong by, long[] closure, Failures failures, LongConsumer done) {
        Copying copying = new Copying(target, source, by, failures);
        Piece next = copying.read(closure, 0);
        for (int from = 0; from < closure.length; from += PIECE) {
            Piece current = next;
            // two cores work at once: ours sign a piece while the database's writes the one before
            next = from + PIECE < closure.length ? copying.read(closure, from + PIECE) : next;
            copying.write(current);
            done.accept(copying.paths.size());
        }
        return copying.done();
    }

    /** One closure on its way into one cache. */
    private final class Copying {
        private final Cache target;
        private final Cache source;
        private final OptionalLong by;
        private final KeyRing.Ring keys;
        private final GatePolicy gates;
        private final Failures failures;
        private final Set<StorePathHash> paths = new HashSet<>();
        private final Set<StorePathHash> added = new HashSet<>();
        private final Map<StorePathHash, StorePath> needed = new HashMap<>();

        Copying(Cache target, Cache source, OptionalLong by, Failures failures) {
            this.target = target;
            this.source = source;
            this.by = by;
            this.failures = failures;
            keys = ring.of(target);
            gates = new GatePolicy(target, keys::isRevoked, ring.now());
        }

        Piece read(long[] closure, int from) {
            long[] ids = Arrays.copyOfRange(closure, from, Math.min(from + PIECE, closure.length));
            List<Judged> judged = rows.read(target, source, gates.asksForSignatures(), ids).parallelStream()
                    .map(path -> judge(target, gates, path))
                    .toList();
            List<Judged> fresh =
                    judged.stream().filter(one -> !one.path().held()).toList();
            Map<KeyRing.Member, CompletableFuture<Map<StorePathHash, Signature>>> signatures = new LinkedHashMap<>();
            keys.members()
                    .forEach(key -> signatures.put(key, CompletableFuture.supplyAsync(() -> signatures(key, fresh))));
            return new Piece(judged, signatures);
        }

        void write(Piece piece) {
            for (Judged one : piece.judged()) {
                one.failures().forEach(reason -> failures.add(one.path().path(), reason));
                paths.add(one.path().path().hash());
                one.path().references().forEach(reference -> needed.putIfAbsent(reference.hash(), reference));
            }
            if (failures.isEmpty()) {
                add(piece);
            }
        }

        private void add(Piece piece) {
            Map<StorePathHash, Long> fresh = rows.add(
                    target,
                    by,
                    piece.judged().stream().map(Judged::path).toList(),
                    piece.judged().stream().map(Judged::foreign).toList());
            added.addAll(fresh.keySet());
            long[] held = piece.judged().stream()
                    .filter(one -> !fresh.containsKey(one.path().path().hash()))
                    .mapToLong(one -> one.path().row())
                    .toArray();
            if (held.length > 0) {
                failures.addAll(
                        rows.different(target, held), "the cache has another path of that hash, or it went meanwhile");
            }
            if (piece.judged().stream()
                    .anyMatch(one -> !RowNumber.isUploaded(one.path().row()))) {
                rows.claimFiles(
                        target,
                        fresh.values().stream().mapToLong(Long::longValue).toArray());
            }
            piece.signatures().forEach((key, made) -> sign(key, fresh, piece.judged(), made));
        }

        /** A path that went from the target after it was read is signed now. */
        private void sign(
                KeyRing.Member key,
                Map<StorePathHash, Long> fresh,
                List<Judged> judged,
                CompletableFuture<Map<StorePathHash, Signature>> made) {
            Map<StorePathHash, Signature> ready = made.join();
            List<Long> ids = new ArrayList<>();
            List<Signature> signatures = new ArrayList<>();
            for (Judged one : judged) {
                StorePathHash hash = one.path().path().hash();
                Long id = fresh.get(hash);
                if (id != null) {
                    Signature signature = ready.get(hash);
                    ids.add(id);
                    signatures.add(signature == null ? key.sign(one.fingerprint()) : signature);
                }
            }
            rows.sign(key.id(), ids, signatures);
        }

        Copied done() {
            needed.keySet().removeAll(paths);
            return new Copied(paths, added, List.copyOf(needed.values()));
        }
    }

    private static Judged judge(Cache target, GatePolicy gates, ClosurePath path) {
        byte[] fingerprint = path.fingerprint(target.storeDir());
        List<String> failures = gates.failures(path, fingerprint);
        return new Judged(path, fingerprint, failures, failures.isEmpty() ? gates.kept(path, fingerprint) : List.of());
    }

    /** Knows nothing but what it is given, so that it may run on any thread. */
    private static Map<StorePathHash, Signature> signatures(KeyRing.Member key, List<Judged> judged) {
        Map<StorePathHash, Signature> signatures = new HashMap<>();
        judged.forEach(one -> signatures.put(one.path().path().hash(), key.sign(one.fingerprint())));
        return signatures;
    }
}
