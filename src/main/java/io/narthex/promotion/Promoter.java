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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;

/** Makes closures visible in caches, and takes that back. Each call is one transaction: all of it is seen at once, or nothing. */
@ApplicationScoped
@Retried
@Transactional
public class Promoter {
    /** More paths than that are a job's: a request would take many seconds. */
    static final int MOST_AT_ONCE = 100_000;

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
     * What is to be promoted with all that it needs.
     *
     * @throws PromotionRefusedException where the source has no such pin
     */
    List<StorePath> roots(Cache source, PromotionRequest request) {
        String pin = request.pin();
        return pin == null
                ? request.paths()
                : List.of(promotions.pinned(source, pin).orElseThrow(() -> absent(pin, "there is no such pin")));
    }

    /**
     * Promotes a closure, or writes down that a job is to do it.
     *
     * @param elsewhere what the source shows of it from other caches and upstreams
     * @param by the row of the token that asks
     * @throws PromotionRefusedException where a path may not be promoted
     */
    PromotionResponse promote(
            Cache target, Cache source, PromotionRequest request, Elsewhere elsewhere, OptionalLong by) {
        hold(target, source, by);
        List<StorePath> roots = roots(source, request);
        long[] closure = walk.closure(source, roots, elsewhere);
        long id = promotions.add(target, source, roots, request, by, closure.length);
        if (elsewhere.complete()
                && closure.length <= MOST_AT_ONCE
                && unstored.find(target, closure).isEmpty()) {
            show(new Task(id, target, source, roots, by), elsewhere, closure, done -> {});
        } else {
            // what is refused for it is told now, and not when the job has stored all
            Failures failures = new Failures();
            refuseDenied(target, source, closure, failures);
            failures.requireNone();
        }
        return promotions.find(target, id).orElseThrow();
    }

    /** A promotion that is under way. */
    private record Task(long id, Cache target, Cache source, List<StorePath> roots, OptionalLong by) {}

    /**
     * Promotes what waits, in a transaction apart from the caller's; unless somebody has done so meanwhile.
     *
     * @throws PromotionRefusedException where a path may not be promoted
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void promote(Promotions.Wanted wanted, Cache target, Cache source, Elsewhere elsewhere) {
        if (promotions.lock(wanted.id(), PromotionResponse.WAITING).isEmpty()) {
            return;
        }
        hold(target, source, wanted.by());
        long[] closure = walk.closure(source, wanted.roots(), elsewhere);
        LongConsumer told = done -> progress.tell(wanted.id(), done, closure.length);
        show(new Task(wanted.id(), target, source, wanted.roots(), wanted.by()), elsewhere, closure, told);
    }

    /** What is to be stored before a promotion that waits can be done, of so many paths in all. */
    record Missing(List<UnstoredPaths.Unstored> paths, int closure) {}

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Missing missing(Promotions.Wanted wanted, Cache target, Cache source, Elsewhere elsewhere) {
        long[] closure = walk.closure(source, wanted.roots(), elsewhere);
        return new Missing(unstored.find(target, closure), closure.length);
    }

    private void hold(Cache target, Cache source, OptionalLong by) {
        right.hold(target, by);
        if (!promotions.hold(source)) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such cache");
        }
        rows.holdDenials();
    }

    private void show(Task task, Elsewhere elsewhere, long[] closure, LongConsumer done) {
        Cache target = task.target();
        Cache source = task.source();
        Failures failures = new Failures();
        refuseDenied(target, source, closure, failures);
        ClosureCopy.Copied copied = copy.copy(target, source, task.by(), closure, failures, done);
        Set<StorePath> missing = new HashSet<>(copied.missing());
        task.roots().stream()
                .filter(root -> !copied.paths().contains(root.hash()))
                .forEach(missing::add);
        missing.forEach(path -> failures.add(path, source.fullName() + " does not have it"));
        failures.requireNone();
        if (source.tenantId() != target.tenantId() || !elsewhere.paths().isEmpty()) {
            rows.tellOfBuilds(target, closure);
        }
        promotions.show(task.id(), target, copied.paths(), copied.added());
        changes.recordPaths(target.id(), copied.added());
        audit.record(AuditEvent.of(AuditAction.PATH_PROMOTED)
                .cache(target.tenantId(), target.id())
                .path(task.roots().getFirst())
                .detail("promotion", task.id())
                .detail("source", source.fullName())
                .detail("roots", task.roots().stream().map(StorePath::baseName).toList())
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

    List<PromotionResponse> newest(Cache cache, int limit) {
        return promotions.newest(cache, limit);
    }

    Optional<PromotionResponse> find(Cache cache, long id) {
        return promotions.find(cache, id);
    }
}
