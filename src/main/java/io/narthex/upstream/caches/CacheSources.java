package io.narthex.upstream.caches;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.cache.CacheRouter;
import io.narthex.cache.OtherSource;
import io.narthex.index.HotPaths;
import io.narthex.index.NarFiles;
import io.narthex.index.PathIndex;
import io.narthex.index.PathSource.FurtherFile;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds paths of other caches for a cache that lists those, signed by its own keys. Thread-safe. */
@ApplicationScoped
public class CacheSources {
    @Inject
    private CacheDirectory caches;

    @Inject
    private PathIndex index;

    @Inject
    private NarFiles files;

    @Inject
    private KeyRing ring;

    @Inject
    private CacheSourcePaths rows;

    private final Shown shown = new Shown();

    @PostConstruct
    void start() {
        shown.directory = caches.unproxied();
    }

    /** What memory knows; the object itself, without the proxy that every hot path would meet. */
    public final class Shown {
        private CacheRouter.@Nullable Directory directory;
        private @Nullable HotPaths hot;

        /** The cache of a source, where another may show it now. */
        public @Nullable Cache of(Cache cache, OtherSource.OfCache source) {
            CacheRouter.Directory known = directory;
            Cache other =
                    known == null ? null : known.now().find(source.fullName()).orElse(null);
            return other != null && cache.mayShow(other) ? other : null;
        }

        /** Whether it is known that none of the caches that one lists has a path. Never waits. */
        public boolean areWithout(Cache cache, StorePathHash hash) {
            for (OtherSource source : cache.others()) {
                if (source instanceof OtherSource.OfCache named) {
                    Cache other = of(cache, named);
                    if (other != null && !hot().isAbsent(other, hash)) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** The index is asked late, since it is made after its sources. */
        HotPaths hot() {
            HotPaths known = hot;
            if (known == null) {
                known = index.hot();
                hot = known;
            }
            return known;
        }
    }

    public Shown shown() {
        return shown;
    }

    /** Those that a cache lists and may show now, in their order. */
    private List<Cache> of(Cache cache) {
        List<Cache> all = new ArrayList<>();
        if (cache.showsOthers()) {
            for (OtherSource source : cache.others()) {
                Cache other = source instanceof OtherSource.OfCache named ? shown.of(cache, named) : null;
                if (other != null) {
                    all.add(other);
                }
            }
        }
        return all;
    }

    /**
     * A path of another cache.
     *
     * @param other one that {@link Shown#of} gave
     * @throws io.narthex.index.SourceAwayException where that cache cannot tell
     */
    public Optional<SignedPath> find(Cache cache, Cache other, StorePathHash hash) {
        return index.find(other, hash).flatMap(path -> as(cache, other, path));
    }

    /** The path as the cache gives it out; empty where it has no key yet. */
    private Optional<SignedPath> as(Cache cache, Cache other, SignedPath path) {
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty()) {
            return Optional.empty();
        }
        List<Signature> ours = path.isSigned() ? rows.signatures(cache, other, keys, path) : List.of();
        List<Signature> theirs =
                path.signatures().stream().map(Signature::parse).toList();
        return Optional.of(new SignedPath(
                path.rowId(),
                path.facts().withSignatures(theirs),
                path.source(),
                path.since(),
                keys,
                ours,
                path.checkedAt().orElse(null),
                new CacheSourceMemory(shown, new OtherSource.OfCache(other.fullName()), path, cache.version())));
    }

    /** A path that another cache hides, and whose NAR it still sends. */
    public Optional<SignedPath> findHidden(Cache cache, StorePathHash hash) {
        return of(cache).stream()
                .flatMap(other -> files.findForNar(other, hash).flatMap(path -> as(cache, other, path)).stream())
                .findFirst();
    }

    /** Paths of other caches whose NAR may be in that file. */
    public List<StorePathHash> findByFile(Cache cache, String fileName) {
        return of(cache).stream()
                .flatMap(other -> files.findHashesByFile(other, fileName).stream())
                .distinct()
                .toList();
    }

    /** A path of another cache whose NAR has this hash. */
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        return of(cache).stream()
                .flatMap(other -> files.findByNar(other, narHash).flatMap(path -> as(cache, other, path)).stream())
                .findFirst();
    }

    /** A further file of a path of another cache. */
    public Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        return of(cache).stream()
                .flatMap(other -> files.findFurther(other, fileName).stream())
                .map(file -> new FurtherFile(file.path().path().hash(), file.source()))
                .findFirst();
    }
}
