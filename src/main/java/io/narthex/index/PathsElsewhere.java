package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.nix.store.StorePathHash;
import io.narthex.thread.SingleFlight;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Asks others for paths that {@link PathIndex#lookUp} found nowhere here, which takes as long as they take. Thread-safe. */
@ApplicationScoped
public class PathsElsewhere {
    @Inject
    private ChangeFeed feed;

    @Inject
    private PathRestriction restriction;

    @Inject
    private PathSources sources;

    private final SingleFlight<Asked, Optional<SignedPath>> asking = new SingleFlight<>();

    private record Asked(int cacheId, StorePathHash hash) {}

    /**
     * A path that was found nowhere here, if others have it and the cache may give it out; it is kept in memory as
     * {@link PathIndex#find} does. Waits for them; whoever asks for the same meanwhile waits for the same answer.
     *
     * @param ticket that came with it: what was published here since then hides what others have
     * @throws SourceAwayException where they give no answer
     */
    public Optional<SignedPath> ask(Cache cache, StorePathHash hash, long ticket) {
        return brought(cache, hash, ticket).filter(path -> !restriction.withholds(cache, path));
    }

    /**
     * Whether the cache is known to have nothing of its own under that hash still: no other node can have published it, and this one
     * has not.
     *
     * @param ticket that {@link PathIndex#lookUp} gave when it found nothing
     */
    public boolean isStillElsewhere(Cache cache, StorePathHash hash, long ticket) {
        return feed.heartbeat().isAlone() && sources.hot().ticket(cache, hash) == ticket;
    }

    /** Brings it into memory, if others have it, for whoever asks for it next. Waits for them. */
    public void bring(Cache cache, StorePathHash hash, long ticket) {
        Optional<SignedPath> unused = brought(cache, hash, ticket);
    }

    private Optional<SignedPath> brought(Cache cache, StorePathHash hash, long ticket) {
        feed.heartbeat().require();
        return asking.once(new Asked(cache.id(), hash), () -> askOnce(cache, hash, ticket));
    }

    private Optional<SignedPath> askOnce(Cache cache, StorePathHash hash, long ticket) {
        SignedPath current = sources.hot().current(cache, hash);
        if (current != null) {
            return Optional.of(current);
        }
        for (PathSource source : sources.all()) {
            Optional<SignedPath> path = source.ask(cache, hash);
            if (path.isPresent()) {
                sources.hot().remember(cache, path.get(), ticket);
                return path;
            }
        }
        return Optional.empty();
    }
}
