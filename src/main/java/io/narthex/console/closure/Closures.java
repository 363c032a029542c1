package io.narthex.console.closure;

import io.narthex.cache.Cache;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds what a path needs, in one cache. */
@ApplicationScoped
public class Closures {
    /** A system has thousands of paths; a page of more tells nobody anything. */
    private static final int MOST = 3_000;

    @Inject
    private PathIndex index;

    /** What the path needs of what the cache gives out, a step further at a time: what memory does not know is one question for each. */
    public Closure find(Cache cache, SignedPath root) {
        Map<StorePathHash, SignedPath> found = new LinkedHashMap<>();
        found.put(root.path().hash(), root);
        Collection<SignedPath> step = List.of(root);
        boolean cut = false;
        while (!step.isEmpty()) {
            List<StorePathHash> next = step.stream()
                    .flatMap(path -> path.facts().references().stream())
                    .map(StorePath::hash)
                    .filter(hash -> !found.containsKey(hash))
                    .distinct()
                    .toList();
            List<StorePathHash> taken = next.subList(0, Math.min(next.size(), MOST - found.size()));
            cut |= taken.size() < next.size();
            Map<StorePathHash, SignedPath> here = index.findAll(cache, taken);
            found.putAll(here);
            step = here.values();
        }
        Map<StorePath, Closure.Member> members = new LinkedHashMap<>();
        found.values().forEach(path -> members.put(path.path(), member(path, found)));
        return new Closure(root.path(), members, cut);
    }

    private static Closure.Member member(SignedPath path, Map<StorePathHash, SignedPath> found) {
        return new Closure.Member(
                path.narSize(),
                path.facts().references().stream()
                        .filter(reference -> !reference.equals(path.path()))
                        .filter(reference -> found.containsKey(reference.hash()))
                        .toList());
    }
}
