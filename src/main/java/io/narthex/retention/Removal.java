package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditLog;
import io.narthex.change.ChangeFeed;
import io.narthex.configuration.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Removes what has been hidden long enough, referrers first. Each call is a page, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Removal {
    /** Where a removal begins: the time at which the last path was hidden that was looked at, and its row. */
    static final Object[] START = {Instant.EPOCH, 0L};

    private static final int AT_ONCE = 500;

    /** Until a use of the last second before the path was hidden is written down, and brings it back. */
    private static final Duration ALONE = Duration.ofSeconds(3);
    /** What another node may take on top of the time for which it answers without the database. */
    private static final Duration OTHERS = Duration.ofSeconds(5);

    private static final String UNTIL = """
        update retention_run n
           set condemned_until = (select time_since(make_interval(days => r.grace_days)) from cache_retention r
                                   where r.cache_id = n.cache_id)
         where n.id = ? and n.condemned_until is null
        """;
    private static final String PAGE = """
        select p.id, p.condemned_at, p.kept
        from removable_paths(?, least(?, now() - make_interval(secs => ?)), ?, ?, ?) p
        """;
    private static final String WAITING = """
        select exists (select from uploaded_path p
                       where p.cache_id = ? and p.condemned_at <= ? and p.condemned_at > now() - make_interval(secs => ?))
        """;
    private static final String REMOVE = "select g.base_name from remove_uploaded_paths(?, ?, 'retention') g";
    private static final String TELL = """
        insert into change (kind, subject, hash)
        select 'path', p.cache_id, p.hash from uploaded_path p where p.id = any (?)
        """;
    private static final String COUNT = "update retention_run set removed = removed + ? where id = ?";

    @Inject
    private Sql sql;

    @Inject
    private RetentionRuns runs;

    @Inject
    private ChangeFeed feed;

    @Inject
    private Settings settings;

    @Inject
    private AuditLog audit;

    private record Hidden(long row, Instant since, boolean kept) {}

    /** Removes the next paths; whether nothing is left that may go now. */
    boolean page(RetentionRun before, Mark mark) {
        sql.change(UNTIL, before.id());
        RetentionRun run = runs.get(before.id());
        Instant until = run.condemnedUntil();
        if (until == null) {
            return true; // the policy is gone: all is kept
        }
        double settled = (double) settle().toSeconds();
        List<Hidden> page = sql.all(
                PAGE,
                r -> new Hidden(r.getLong(1), Objects.requireNonNull(Sql.moment(r, 2)), r.getBoolean(3)),
                run.cacheId(),
                until,
                settled,
                mark.removed[0],
                mark.removed[1],
                AT_ONCE);
        if (page.isEmpty()) {
            boolean waiting = sql.one(WAITING, r -> r.getBoolean(1), run.cacheId(), until, settled);
            if (waiting) {
                Marking.pause();
            }
            return !waiting;
        }
        mark.removed = new Object[] {page.getLast().since(), page.getLast().row()};
        mark.progress(mark.progress[0] + page.size(), 0);
        remove(
                run,
                new Sql.Ids(page.stream()
                        .filter(path -> !path.kept())
                        .map(Hidden::row)
                        .toArray(Long[]::new)));
        return false;
    }

    private void remove(RetentionRun run, Sql.Ids rows) {
        sql.change(TELL, rows);
        List<String> removed = sql.all(REMOVE, r -> r.getString(1), rows, run.id());
        if (!removed.isEmpty()) {
            sql.change(COUNT, removed.size(), run.id());
            String at = sql.one(
                    "select now()",
                    r -> Objects.requireNonNull(Sql.moment(r, 1)).toString());
            audit.record(ManyPaths.event(AuditAction.PATH_REMOVED, run, removed).detail("removedAt", at));
        }
    }

    /** How long after a path was hidden somebody may still answer with its narinfo. */
    private Duration settle() {
        return feed.heartbeat().isAlone() ? ALONE : settings.stale().plus(OTHERS);
    }
}
