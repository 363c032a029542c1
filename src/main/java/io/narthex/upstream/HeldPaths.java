package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.ElsewherePaths;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.nix.store.StorePathHash;
import io.narthex.upstream.held.HeldRows;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
        Map<StorePathHash, SignedPath> direct = paths.stream()
                .filter(path -> path.origin().startsWith("upstream:"))
                .collect(Collectors.toMap(path -> path.path().hash(), path -> path, (a, b) -> a));
        if (!direct.isEmpty()) {
            for (StorePathHash hash : rows.hold(cache, direct.keySet())) {
                SignedPath path = direct.get(hash);
                (path != null ? Optional.of(path) : find(cache, hash)).ifPresent(this::fetch);
            }
        }
    }

    /** What one of them refers to: it has a row, so that its upstream is seldom asked again. */
    private Optional<SignedPath> find(Cache cache, StorePathHash hash) {
        try {
            return index.find(cache, hash);
        } catch (SourceAwayException e) {
            return Optional.empty();
        }
    }

    /** Nobody waits for it; what cannot be fetched now is fetched when somebody asks. */
    private void fetch(SignedPath path) {
        if (path.source() instanceof NarSource.AtUpstream(var nar)) {
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
