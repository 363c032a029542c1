package io.narthex.promotion;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.Changes;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.promotion.PromotionRefusedException.Failure;
import io.narthex.quota.QuotaCheck;
import io.narthex.quota.QuotaFullException;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Makes closures visible in caches, and takes that back. Each call is one transaction: all of it is seen at once, or nothing. */
@ApplicationScoped
@Retried
@Transactional
public class Promoter {
    /** More paths than that are a job's: a request would take many seconds. */
    static final int MOST_AT_ONCE = 100_000;

    /** As long as a page of a job lasts. */
    private static final long STORE_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Inject
    private ClosureRows rows;

    @Inject
    private ClosureWalk walk;

    @Inject
    private Promotions promotions;

    @Inject
    private TargetRight right;

    @Inject
    private ClosureCopy copy;

    @Inject
    private UnstoredPaths unstored;

    @Inject
    private PromotionProgress progress;

    @Inject
    private QuotaCheck quotas;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /**
     * Promotes a closure, or writes down that a job is to do it.
     *
     * @param by the row of the token that asks
     * @throws PromotionRefusedException where a path may not be promoted
     */
    PromotionResponse promote(Cache target, Cache source, PromotionRequest request, OptionalLong by) {
        hold(target, source, by);
        String pin = request.pin();
        List<StorePath> roots = pin == null
                ? request.paths()
                : List.of(promotions.pinned(source, pin).orElseThrow(() -> absent(pin, "there is no such pin")));
        long[] closure = walk.closure(source, roots);
        long id = promotions.add(target, source, roots, request, by, closure.length);
        if (closure.length <= MOST_AT_ONCE && unstored.find(target, closure).isEmpty()) {
            show(id, target, source, roots, closure, by, done -> {});
        } else {
            // what is refused for it is told now, and not when the job has stored all
            Failures failures = new Failures();
            refuseDenied(target, source, closure, failures);
            failures.requireNone();
        }
        return promotions.find(target, id).orElseThrow();
    }

    /**
     * Promotes what waits, in a transaction apart from the caller's; unless somebody has done so meanwhile.
     *
     * @throws PromotionRefusedException where a path may not be promoted
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void promote(Promotions.Wanted wanted, Cache target, Cache source) {
        if (promotions.lock(wanted.id(), PromotionResponse.WAITING).isEmpty()) {
            return;
        }
        hold(target, source, wanted.by());
        long[] closure = walk.closure(source, wanted.roots());
        LongConsumer told = done -> progress.tell(wanted.id(), done, closure.length);
        show(wanted.id(), target, source, wanted.roots(), closure, wanted.by(), told);
    }

    /**
     * Stores bytes of what waits that only this machine's store has, for some seconds at most but for a large path.
     *
     * @return whether all bytes of it are stored
     * @throws IOException where they cannot be read or kept
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    boolean store(Promotions.Wanted wanted, Cache target, Cache source) throws IOException {
        long[] closure = walk.closure(source, wanted.roots());
        List<UnstoredPaths.Unstored> left = unstored.find(target, closure);
        long begun = System.nanoTime();
        int stored = 0;
        while (stored < left.size() && System.nanoTime() - begun < STORE_NANOS) {
            unstored.store(target, left.get(stored++));
        }
        if (stored > 0) {
            progress.tell(wanted.id(), closure.length - left.size() + stored, closure.length);
        }
        return stored == left.size();
    }

    private void hold(Cache target, Cache source, OptionalLong by) {
        right.hold(target, by);
        if (!promotions.hold(source)) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such cache");
        }
        rows.holdDenials();
    }

    private void show(
            long id,
            Cache target,
            Cache source,
            List<StorePath> roots,
            long[] closure,
            OptionalLong by,
            LongConsumer done) {
        Failures failures = new Failures();
        refuseDenied(target, source, closure, failures);
        ClosureCopy.Copied copied = copy.copy(target, source, by, closure, failures, done);
        Set<StorePath> missing = new HashSet<>(copied.missing());
        roots.stream().filter(root -> !copied.paths().contains(root.hash())).forEach(missing::add);
        missing.forEach(path -> failures.add(path, source.fullName() + " does not have it"));
        failures.requireNone();
        if (source.tenantId() != target.tenantId()) {
            rows.tellOfBuilds(target, closure);
        }
        promotions.show(id, target, copied.paths(), copied.added());
        changes.recordPaths(target.id(), copied.added());
        audit.record(AuditEvent.of(AuditAction.PATH_PROMOTED)
                .cache(target.tenantId(), target.id())
                .path(roots.getFirst())
                .detail("promotion", id)
                .detail("source", source.fullName())
                .detail("roots", roots.stream().map(StorePath::baseName).toList())
                .detail("paths", copied.paths().size())
                .detail("added", copied.added().size()));
        requireRoom(target, copied.added().size());
    }

    private void requireRoom(Cache target, int added) {
        if (added == 0) {
            return;
        }
        try {
            quotas.requireWithin(target.tenantId(), target.id());
        } catch (QuotaFullException e) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE,
                    "The closure does not fit: "
                            + (e.isOfCache() ? "the cache " + target.fullName() : "the tenant " + target.tenant())
                            + " would hold " + e.used()
                            + " bytes with it and with what is being pushed, and its quota is " + e.most()
                            + ": delete paths that nobody needs, or ask "
                            + (e.isOfCache() ? "who administers the cache" : "the server's administrator")
                            + " for a larger quota");
        }
    }

    private void refuseDenied(Cache target, Cache source, long[] closure, Failures failures) {
        Map<String, String> denied = rows.denied(target, source, closure);
        denied.forEach((path, rule) -> {
            failures.add(path, "a rule denies it: " + rule);
            audit.refused(
                    AuditEvent.of(AuditAction.PATH_DENIED)
                            .cache(target.tenantId(), target.id())
                            .path(StorePath.parseBaseName(path))
                            .detail("kind", "promoted " + path),
                    "A rule denies it: " + rule);
        });
    }

    /**
     * Takes a promotion back, as far as nothing else keeps its paths.
     *
     * @return empty where there is none that is visible
     */
    Optional<PromotionResponse> undo(Cache target, long id) {
        Optional<PromotionResponse> found = promotions.find(target, id);
        if (found.isEmpty() || promotions.lock(id, "visible").isEmpty()) {
            return Optional.empty();
        }
        List<StorePathHash> removed = promotions.undo(id);
        changes.recordPaths(target.id(), removed);
        audit.record(AuditEvent.of(AuditAction.PROMOTION_UNDONE)
                .cache(target.tenantId(), target.id())
                .detail("promotion", id)
                .detail("removed", removed.size()));
        return promotions.find(target, id);
    }

    private static PromotionRefusedException absent(String name, String reason) {
        return new PromotionRefusedException(List.of(new Failure(name, reason)));
    }

    /** The oldest that waits. */
    Optional<Promotions.Wanted> next() {
        return promotions.next();
    }

    /** Writes down that one cannot be done, whatever becomes of the caller's transaction. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void fail(long id, String why) {
        promotions.fail(id, why);
    }

    List<PromotionResponse> list(Cache cache, long after, int limit) {
        return promotions.list(cache, after, limit);
    }

    Optional<PromotionResponse> find(Cache cache, long id) {
        return promotions.find(cache, id);
    }
}
