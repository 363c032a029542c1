package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds which paths of a closure a cache shows from other caches and upstreams: what clients are told of them, by the same index.
 * Upstreams are asked for what nobody has asked for yet. It holds no connection of the database meanwhile.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.NOT_SUPPORTED)
public class ElsewhereWalk {
    /** Few enough that the time is looked at often, although an upstream may take seconds for one. */
    private static final int PIECE = 100;

    @Inject
    private PathIndex index;

    /**
     * Looks for all that the roots need.
     *
     * @param most so long it goes on; what was found stays known, so that another call gets farther
     * @throws io.narthex.index.SourceAwayException where an upstream that is required gives no answer
     */
    Elsewhere find(Cache source, Collection<StorePath> roots, Duration most) {
        if (!source.showsOthers()) {
            return Elsewhere.NONE;
        }
        long begun = System.nanoTime();
        Map<StorePathHash, SignedPath> elsewhere = new HashMap<>();
        Set<StorePath> seen = new HashSet<>(roots);
        List<StorePath> left = new ArrayList<>(seen);
        while (!left.isEmpty()) {
            if (System.nanoTime() - begun > most.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                return new Elsewhere(elsewhere, false);
            }
            List<StorePath> rest = left.subList(Math.min(PIECE, left.size()), left.size());
            List<StorePath> next = new ArrayList<>(rest);
            for (SignedPath path : find(source, left.subList(0, left.size() - rest.size()))) {
                if (path.isElsewhere()) {
                    elsewhere.put(path.path().hash(), path);
                }
                path.facts().references().stream().filter(seen::add).forEach(next::add);
            }
            left = next;
        }
        return new Elsewhere(elsewhere, true);
    }

    private List<SignedPath> find(Cache source, List<StorePath> paths) {
        Map<StorePathHash, SignedPath> found =
                index.findAll(source, paths.stream().map(StorePath::hash).toList());
        return paths.stream()
                .flatMap(path -> Stream.ofNullable(found.get(path.hash()))
                        .filter(one -> one.path().equals(path)))
                .toList();
    }
}
