package io.narthex.denial;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.http.CurrentCaller;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Makes, changes and lifts rules. Each call is a transaction; a cache that is null stands for the whole server. */
@ApplicationScoped
@Retried
@Transactional
public class DenialAdministration {
    private final Clock clock = Clock.systemUTC();

    @Inject
    private Denials denials;

    @Inject
    private DenialEffects effects;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    @Inject
    private CurrentCaller caller;

    public List<DenialResponse> list(@Nullable Cache cache, @Nullable String after, int limit) {
        return denials.list(id(cache), after == null ? "" : after, limit);
    }

    /** @throws ProblemException 404, where there is none */
    DenialResponse get(@Nullable Cache cache, String name) {
        return denials.find(id(cache), name).orElseThrow(DenialAdministration::none);
    }

    /**
     * A rule as it is now.
     *
     * @param id its number
     * @param made whether there was none before
     */
    public record Put(long id, DenialResponse rule, boolean made) {}

    /**
     * From the end of the transaction on nothing that the rule denies comes in; within seconds nothing of it goes out. Where it
     * is not complete then, {@link DenialMaker} or a job goes on.
     */
    Put put(@Nullable Cache cache, String name, DenialRequest request) {
        Optional<DenialResponse> found = denials.find(id(cache), name);
        DenialSettings settings =
                request.over(found.map(DenialResponse::settings).orElse(null), clock.instant());
        long id = denials.put(id(cache), name, settings, caller.token());
        if (found.isEmpty() || !settings.deniesAs(found.get().settings())) {
            denials.deny(id);
        }
        DenialResponse rule = denials.find(id(cache), name).orElseThrow(DenialAdministration::none);
        changes.record(ChangeKind.DENIAL, cache == null ? 0 : cache.id(), null);
        audit.record(event(AuditAction.DENIAL_SET, cache, name)
                .detail("pattern", rule.pattern())
                .detail("hash", rule.hash())
                .detail("narHash", rule.narHash())
                .detail("dependents", rule.dependents())
                .detail("reason", rule.reason())
                .detail("until", rule.until() == null ? null : String.valueOf(rule.until()))
                .detail("paths", rule.paths())
                .detail("complete", rule.complete()));
        return new Put(id, rule, found.isEmpty());
    }

    /** Makes dark some more of what a rule denies; false: nothing is left. */
    boolean spread(long id) {
        boolean more = denials.spread(id);
        changes.record(ChangeKind.DENIAL, 0, null);
        return more;
    }

    /** A rule of which not all is dark yet. */
    OptionalLong unfinished() {
        return denials.unfinished();
    }

    /** What a rule would do; nothing is changed. */
    DenialEffect effect(@Nullable Cache cache, String name, DenialRequest request) {
        DenialSettings kept =
                denials.find(id(cache), name).map(DenialResponse::settings).orElse(null);
        return effects.of(id(cache), request.over(kept, clock.instant()));
    }

    /**
     * Within seconds what the rule alone denied goes out again.
     *
     * @throws ProblemException 404, where there is none
     */
    public void lift(@Nullable Cache cache, String name) {
        if (!denials.delete(id(cache), name)) {
            throw none();
        }
        changes.record(ChangeKind.DENIAL, cache == null ? 0 : cache.id(), null);
        audit.record(event(AuditAction.DENIAL_LIFTED, cache, name));
    }

    private static AuditEvent event(AuditAction action, @Nullable Cache cache, String name) {
        AuditEvent event = AuditEvent.of(action).detail("rule", name);
        return cache == null ? event : event.cache(cache.tenantId(), cache.id());
    }

    private static @Nullable Integer id(@Nullable Cache cache) {
        return cache == null ? null : cache.id();
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no such rule");
    }
}
