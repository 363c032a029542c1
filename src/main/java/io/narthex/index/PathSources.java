package io.narthex.index;

import io.narthex.change.ChangeFeed;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that offers paths, in the order in which it is asked, and what this node remembers of it. */
@ApplicationScoped
class PathSources {
    @Inject
    private ChangeFeed feed;

    @Inject
    private PathRestriction restriction;

    @Inject
    @Any
    private Instance<PathSource> found;

    private List<PathSource> all = List.of();
    private @Nullable HotPaths hot;

    @PostConstruct
    void start() {
        all = found.stream().sorted(Comparator.comparingInt(PathSource::rank)).toList();
        // the last first: its set of hashes costs least to ask and says enough of what is present
        hot = new HotPaths(
                feed.heartbeat(),
                restriction.unproxied(),
                all.reversed().stream().map(PathSource::memory).toList());
    }

    List<PathSource> all() {
        return all;
    }

    /** The object itself, no proxy. */
    HotPaths hot() {
        HotPaths known = hot;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }
}
