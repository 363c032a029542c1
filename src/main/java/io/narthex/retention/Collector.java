package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.retention.RetentionRun.Outcome;
import io.narthex.retention.RetentionRun.Step;
import io.narthex.retention.use.UseWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Types;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what nothing keeps in a cache, hides it, and removes what has been hidden long enough: a page at a time, each in the
 * caller's transaction. One call at a time.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Collector {
    /** Nothing keeps all for ever here: the cutoff of its policy, and whether the run before left nothing to do. */
    private static final String POLICY = """
        select r.keep_days, use_cutoff(r.keep_days),
               r.clean_cutoff > '-infinity'
               and not exists (select from uploaded_path p where p.cache_id = r.cache_id
                                and p.last_used >= r.clean_cutoff and p.last_used < use_cutoff(r.keep_days))
               and old_paths(r.cache_id, use_cutoff(r.keep_days)) <= r.clean_old
               and not exists (select from pin n where n.cache_id = r.cache_id
                                and (n.expires_at is not null or n.keep_days is not null))
        from cache_retention r
             join cache c on c.id = r.cache_id and c.deleted_at is null
             join tenant t on t.id = c.tenant_id and t.deleted_at is null
        where r.cache_id = ? and r.keep_days is not null
          and not cache_is_held(r.cache_id)
        """;
    /** What was known of it before counts no more. */
    private static final String FORGET_BEFORE = """
        with old as (delete from retention_candidate
                     where run_id in (select n.id from retention_run n where n.cache_id = ? and n.id <> ?))
        delete from path_revival where at < now() - interval '2 days'
        """;
    /** Whoever changes what is kept from now on makes this null. */
    private static final String UNCLEAN = "update cache_retention set clean_cutoff = '-infinity' where cache_id = ?";

    private static final String BEGUN = """
        update retention_run
           set cutoff = ?, step = ?, unfinished = pg_snapshot_xmax(pg_current_snapshot()),
               last_row = (select coalesce(max(id), 0) from uploaded_path)
         where id = ?
        """;
    private static final String PAGE = "update retention_run set pages = pages + 1, done = ?, total = ? where id = ?";
    private static final String SAVED = "select live, followed from retention_run where id = ? and live is not null";

    private final Map<Long, Mark> marks = new HashMap<>();

    @Inject
    private Sql sql;

    @Inject
    private RetentionRuns runs;

    @Inject
    private Marking marking;

    @Inject
    private Plan plan;

    @Inject
    private Condemning condemning;

    @Inject
    private Removal removal;

    @Inject
    private UseWriter uses;

    @Inject
    private AuditLog audit;

    /** What a cache's policy says now; there is none where it keeps all. */
    private record Due(Instant cutoff, boolean clean) {}

    /** Does the next page of a run. */
    void page(RetentionRun run) {
        Mark mark = marks.get(run.id());
        if (mark == null || mark.pages != run.pages()) {
            mark = restored(run);
            marks.put(run.id(), mark);
            if (run.step().compareTo(Step.ROOTS) > 0 && run.step() != Step.REMOVE && run.cutoff() != null) {
                runs.step(run, Step.ROOTS);
                turned(run, mark);
                return;
            }
        }
        Step next = work(run, mark);
        if (next == null) {
            marks.remove(run.id());
        } else {
            if (next != run.step()) {
                mark.progress(0, 0);
                runs.step(run, next);
            }
            turned(run, mark);
        }
    }

    private void turned(RetentionRun run, Mark mark) {
        sql.change(PAGE, mark.progress[0], mark.progress[1], run.id());
        mark.pages = run.pages() + 1;
    }

    /** What is remembered of a run is not to be relied on. */
    void forget(long run) {
        marks.remove(run);
    }

    private Mark restored(RetentionRun run) {
        Mark mark = new Mark();
        sql.first(SAVED, r -> new PathBits[] {PathBits.of(r.getBytes(1)), PathBits.of(r.getBytes(2))}, run.id())
                .ifPresent(saved -> {
                    mark.live = saved[0];
                    mark.followed = saved[1];
                });
        return mark;
    }

    /** The step that comes next; null: the run has ended. */
    private @Nullable Step work(RetentionRun run, Mark mark) {
        return switch (run.step()) {
            case BEGIN -> begin(run);
            case WAIT -> marking.isReady(run, mark) ? Step.ROOTS : Step.WAIT;
            case ROOTS -> marking.roots(run, mark) ? Step.FOLLOW : Step.ROOTS;
            case FOLLOW -> marking.follow(run, mark) ? Step.PLAN : Step.FOLLOW;
            case PLAN -> plan.page(run, mark) ? planned(run) : Step.PLAN;
            case REVIVE -> condemning.revive(run, mark) ? revived(run) : Step.REVIVE;
            case CONDEMN -> condemning.page(run, mark) ? Step.REMOVE : Step.CONDEMN;
            case REMOVE -> removal.page(run, mark) ? ended(run, Outcome.SUCCEEDED) : Step.REMOVE;
        };
    }

    private Step begin(RetentionRun run) {
        uses.write();
        sql.change(FORGET_BEFORE, run.cacheId(), run.id());
        Optional<Due> due = sql.first(POLICY, r -> new Due(moment(Sql.moment(r, 2)), r.getBoolean(3)), run.cacheId());
        Step next = due.map(d -> d.clean() && !run.dryRun() ? Step.REMOVE : Step.WAIT)
                .orElse(Step.REVIVE);
        if (next == Step.WAIT && !run.dryRun()) {
            sql.change(UNCLEAN, run.cacheId());
        }
        sql.change(
                BEGUN,
                new Sql.Null<>(due.map(Due::cutoff).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE),
                next.name(),
                run.id());
        return next;
    }

    private static Instant moment(@Nullable Instant known) {
        return java.util.Objects.requireNonNull(known);
    }

    private @Nullable Step planned(RetentionRun before) {
        RetentionRun run = runs.get(before.id());
        if (run.outcome() == Outcome.HELD) {
            audit.record(AuditEvent.of(AuditAction.RETENTION_HELD)
                    .cache(run.tenantId(), run.cacheId())
                    .detail("run", run.id())
                    .detail("paths", run.paths())
                    .detail("held", run.held()));
            return ended(run, Outcome.HELD);
        }
        return run.dryRun() ? ended(run, Outcome.SUCCEEDED) : Step.REVIVE;
    }

    /** Where all is kept, nothing is left to do. */
    private @Nullable Step revived(RetentionRun run) {
        return run.cutoff() == null ? ended(run, Outcome.SUCCEEDED) : Step.CONDEMN;
    }

    private @Nullable Step ended(RetentionRun run, Outcome outcome) {
        runs.end(run, outcome);
        return null;
    }
}
