package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.ElsewherePaths;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.upstream.held.HeldRows;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Keeps paths of upstreams that pushed paths refer to, and fetches their files ahead. Thread-safe. */
@ApplicationScoped
public class HeldPaths implements ElsewherePaths {
    private static final System.Logger LOG = System.getLogger(HeldPaths.class.getName());

    @Inject
    private HeldRows rows;

    @Inject
    private PathIndex index;

    @Inject
    private PullThrough fetches;

    /** What another cache has is that cache's to keep. */
    @Override
    public void hold(Cache cache, Collection<SignedPath> paths) {
        List<StorePathHash> hashes = paths.stream()
                .filter(path -> path.origin().startsWith("upstream:"))
                .map(path -> path.path().hash())
                .toList();
        if (!hashes.isEmpty()) {
            rows.hold(cache, hashes).forEach(hash -> fetch(cache, hash));
        }
    }

    /** Nobody waits for it; what cannot be fetched now is fetched when somebody asks. */
    private void fetch(Cache cache, StorePathHash hash) {
        SignedPath path = index.hot().current(cache, hash);
        if (path != null && path.source() instanceof NarSource.AtUpstream(var nar)) {
            try {
                fetches.open(nar).close();
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "event=held-path-not-fetched path={0} reason={1}",
                        path.path(),
                        e.toString());
            }
        }
    }
}
