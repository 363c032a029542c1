package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/** Judges the paths of a closure, adds their rows and signs them, a piece at a time. Every call needs the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ClosureCopy {
    /** Paths in memory at a time, some kilobytes each. */
    private static final int PIECE = 2_000;

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

    Copied copy(Cache target, OptionalLong by, long[] closure, Failures failures) {
        KeyRing.Ring keys = ring.of(target);
        GatePolicy gates = new GatePolicy(target, keys::isRevoked, ring.now());
        Set<StorePathHash> paths = new HashSet<>();
        Set<StorePathHash> added = new HashSet<>();
        Map<StorePathHash, StorePath> needed = new HashMap<>();
        for (int from = 0; from < closure.length; from += PIECE) {
            long[] piece = Arrays.copyOfRange(closure, from, Math.min(from + PIECE, closure.length));
            List<Judged> judged = rows.read(piece).parallelStream()
                    .map(path -> judge(target, gates, path))
                    .toList();
            for (Judged one : judged) {
                one.failures().forEach(reason -> failures.add(one.path().path(), reason));
                paths.add(one.path().path().hash());
                one.path().references().forEach(reference -> needed.putIfAbsent(reference.hash(), reference));
            }
            added.addAll(add(target, by, keys, judged));
        }
        needed.keySet().removeAll(paths);
        return new Copied(paths, added, List.copyOf(needed.values()));
    }

    private static Judged judge(Cache target, GatePolicy gates, ClosurePath path) {
        byte[] fingerprint = path.fingerprint(target.storeDir());
        List<String> failures = gates.failures(path, fingerprint);
        return new Judged(path, fingerprint, failures, failures.isEmpty() ? gates.kept(path, fingerprint) : List.of());
    }

    private Set<StorePathHash> add(Cache target, OptionalLong by, KeyRing.Ring keys, List<Judged> judged) {
        Map<StorePathHash, Long> added = rows.add(
                target,
                by,
                judged.stream().map(Judged::path).toList(),
                judged.stream().map(Judged::foreign).toList());
        List<Judged> fresh = judged.stream()
                .filter(one -> added.containsKey(one.path().path().hash()))
                .toList();
        for (KeyRing.Member key : keys.members()) {
            rows.sign(
                    key.id(),
                    fresh.stream()
                            .map(one -> Objects.requireNonNull(
                                    added.get(one.path().path().hash())))
                            .toList(),
                    // most of the work, which knows nothing but what it is given
                    fresh.parallelStream()
                            .map(one -> key.sign(one.fingerprint()).bytes())
                            .toList());
        }
        return added.keySet();
    }
}
