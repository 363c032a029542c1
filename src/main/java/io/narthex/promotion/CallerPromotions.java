package io.narthex.promotion;

import io.narthex.access.RightChangedException;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The promotions of a cache, for the present caller, who may promote into it: what the API does, without JSON. */
@ApplicationScoped
public class CallerPromotions {
    /** Somebody waits; what upstreams take longer for is the job's. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Inject
    private Promoter promoter;

    @Inject
    private ElsewhereWalk elsewhere;

    @Inject
    private PromoteJob job;

    @Inject
    private CacheDirectory caches;

    @Inject
    private CurrentCaller caller;

    /** The newest first. */
    public List<PromotionResponse> newest(Cache target, int limit) {
        return promoter.newest(target, limit);
    }

    /**
     * Promotes, or lets a job do it.
     *
     * @throws ProblemException where that cannot be; it then says which path is in the way, where one is
     */
    public PromotionResponse promote(Cache target, PromotionRequest request) {
        try {
            return begin(target, request);
        } catch (PromotionRefusedException e) {
            throw new ProblemException(ProblemType.CONFLICT, "The closure cannot be promoted: " + e.getMessage());
        }
    }

    /** The same, that tells of all paths that are in the way. */
    PromotionResponse begin(Cache target, PromotionRequest request) {
        Cache source = source(request.from());
        if (source.id() == target.id() || !source.storeDir().equals(target.storeDir())) {
            throw new ProblemException(
                    ProblemType.CONFLICT, "from must be another cache, for the same store directory as this one");
        }
        if (!target.takesUploads()) {
            throw new ProblemException(
                    ProblemType.CONFLICT, "The cache takes nothing: uploads is not among its sources");
        }
        PromotionResponse made = promoted(target, source, request);
        if (made.isWaiting()) {
            job.wanted();
        }
        return made;
    }

    private PromotionResponse promoted(Cache target, Cache source, PromotionRequest request) {
        try {
            Elsewhere shown = elsewhere.find(source, promoter.roots(source, request), PATIENCE);
            return promoter.promote(target, source, request, shown, caller.token());
        } catch (RightChangedException e) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "The cache, a key that it asks for, or the token was changed just now: try again");
        }
    }

    /**
     * The cache of this name that the caller may read: what the caller may not read does not exist.
     *
     * @param name {@code tenant/cache}
     * @throws ProblemException 404
     */
    public Cache source(String name) {
        int slash = name.indexOf('/');
        boolean may = slash > 0 && caller.may(Right.PULL, name.substring(0, slash), name.substring(slash + 1));
        return Optional.of(name)
                .filter(any -> may)
                .flatMap(caches.now()::find)
                .orElseThrow(
                        () -> new ProblemException(ProblemType.NOT_FOUND, "There is no such cache to promote from"));
    }

    /** Takes one back; empty where there is none that is visible. */
    public Optional<PromotionResponse> undo(Cache target, long id) {
        return promoter.undo(target, id);
    }
}
