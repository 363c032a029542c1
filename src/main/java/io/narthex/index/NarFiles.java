package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/**
 * Finds the paths whose NAR is in a file. Thread-safe; throws what {@link PathIndex} throws.
 */
@ApplicationScoped
public class NarFiles {
    @Inject
    private ChangeFeed feed;

    @Inject
    private PathRestriction restriction;

    @Inject
    private PathSources sources;

    @Inject
    private PathIndex index;

    /** {@link PathIndex#find} for who has its narinfo: a path whose narinfo is hidden is found by its NAR until it is removed. */
    public Optional<SignedPath> findForNar(Cache cache, StorePathHash hash) {
        return index.find(cache, hash)
                .or(() -> sources.all().stream()
                        .flatMap(source -> source.findHidden(cache, hash).stream())
                        .filter(path -> !restriction.withholds(cache, path))
                        .findFirst());
    }

    /** A path whose NAR is in this file; which one, when there are several, does not matter: their bytes are equal. */
    public Optional<SignedPath> findByFile(Cache cache, String fileName) {
        StorePathHash hot = sources.hot().byFile(cache, fileName);
        if (hot != null) {
            Optional<SignedPath> remembered =
                    index.find(cache, hot).filter(p -> p.fileName().equals(fileName));
            if (remembered.isPresent()) {
                return remembered;
            }
        }
        return findHashesByFile(cache, fileName).stream()
                .flatMap(hash -> findForNar(cache, hash).stream())
                .filter(path -> path.fileName().equals(fileName))
                .findFirst();
    }

    /** The paths that a file of that name may be the NAR of, hidden or not. */
    public List<StorePathHash> findHashesByFile(Cache cache, String fileName) {
        feed.heartbeat().require();
        return sources.all().stream()
                .flatMap(source -> source.findAllByFile(cache, fileName).stream())
                .toList();
    }

    /** Whether the cache has a file that it may not give out, since it may give out no path whose NAR is in it. */
    public boolean withholdsFile(Cache cache, String fileName) {
        List<SignedPath> paths = findHashesByFile(cache, fileName).stream()
                .flatMap(hash -> index.held(cache, hash).stream())
                .toList();
        return !paths.isEmpty() && paths.stream().allMatch(path -> restriction.withholds(cache, path));
    }

    /**
     * A file of a path.
     *
     * @param source the path's own, or a further file that it was pushed with
     */
    public record FileOf(SignedPath path, NarSource source) {}

    /** A file that a path was pushed with beside the one that its narinfo names. */
    public Optional<FileOf> findFurther(Cache cache, String fileName) {
        feed.heartbeat().require();
        return sources.all().stream()
                .flatMap(source -> source.findFurther(cache, fileName).stream())
                .flatMap(file -> findForNar(cache, file.path()).map(path -> new FileOf(path, file.source())).stream())
                .findFirst();
    }

    /** A path whose NAR has this hash, in a source whose NAR files are named by it. */
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        feed.heartbeat().require();
        return sources.all().stream()
                .flatMap(source -> source.findByNar(cache, narHash).stream())
                .filter(path -> !restriction.withholds(cache, path))
                .findFirst();
    }
}
