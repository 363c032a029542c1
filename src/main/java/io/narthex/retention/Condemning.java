package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Hides what nothing keeps, referrers first, and offers again what is hidden and kept. Each call is a page, in the caller's
 * transaction.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Condemning {
    /** Their rows are locked while the page lasts. */
    private static final int AT_ONCE = 2_000;

    private static final int REVIVED_AT_ONCE = 200;
    private static final int COUNTED_AT_ONCE = 20_000;
    private static final PathBits NONE = new PathBits();

    private static final String EACH_REFERENCE = """
        select string_agg(int4send(e.reference), '') from path_edge e where e.scope = ? and e.referrer = any (?)
        """;
    private static final String CONDEMN = """
        select p.path_id, p.base_name, p.state
        from condemn_paths(?, ?, ?, coalesce((select r.keep_content_addressed from cache_retention r
                                               where r.cache_id = ? and r.keep_days is not null), true), ?, ?) p
        """;
    private static final String COUNT = "update retention_run set condemned = condemned + ? where id = ?";
    private static final String CLEAN = """
        update cache_retention r set clean_cutoff = ?, clean_old = old_paths(r.cache_id, ?)
        where r.cache_id = ? and r.clean_cutoff = '-infinity'
        """;
    private static final String REVIVE = """
        select revive_paths(?, array(select h.row_id from path_held h where h.scope = ? and h.path_id = any (?)))
        """;
    private static final String REVIVE_ANY = """
        select revive_paths(?, array(select p.id from uploaded_path p
                                     where p.cache_id = ? and p.condemned_at is not null limit ?))
        """;
    private static final String COUNT_REVIVED = "update retention_run set revived = revived + ? where id = ?";

    @Inject
    private Sql sql;

    @Inject
    private AuditLog audit;

    /** What became of a path that nothing kept when the run was planned. */
    private record Judged(int path, String baseName, String state) {
        boolean isKept() {
            return state.equals("kept");
        }

        boolean isNew() {
            return state.equals("condemned");
        }
    }

    /** Offers what is hidden and kept again; whether nothing is left. */
    boolean revive(RetentionRun run, Mark mark) {
        int cache = run.cacheId();
        int revived;
        boolean done;
        if (run.cutoff() == null) {
            revived = sql.one(REVIVE_ANY, r -> r.getInt(1), cache, cache, REVIVED_AT_ONCE);
            done = revived == 0;
        } else {
            int[] page = mark.hidden.with(mark.live).page(NONE, mark.written, REVIVED_AT_ONCE);
            done = page.length == 0;
            mark.written = done ? 0 : page[page.length - 1];
            revived = done ? 0 : sql.one(REVIVE, r -> r.getInt(1), cache, cache, new Sql.PathIds(page));
        }
        sql.change(COUNT_REVIVED, revived, run.id());
        return done;
    }

    /** Hides the next paths; whether nothing is left that can be hidden. */
    boolean page(RetentionRun run, Mark mark) {
        Referrers referrers = mark.referrers;
        if (referrers == null) {
            referrers = new Referrers(mark.dead().all());
            mark.referrers = referrers;
        }
        return mark.written >= 0 ? count(run, mark, referrers) : hide(run, mark, referrers);
    }

    /** How many of the dead refer to each; always false: hiding begins then. */
    private boolean count(RetentionRun run, Mark mark, Referrers referrers) {
        PathBits dead = mark.dead();
        long end = System.nanoTime() + Marking.PAGE_NANOS;
        while (mark.written >= 0 && System.nanoTime() < end) {
            int[] page = dead.page(NONE, mark.written, COUNTED_AT_ONCE);
            if (page.length > 0) {
                referrers.count(references(run, page));
            }
            mark.written = page.length == 0 ? -1 : page[page.length - 1];
        }
        if (mark.written < 0) {
            referrers.begin();
        }
        return false;
    }

    private byte[] references(RetentionRun run, int[] paths) {
        return sql.one(
                EACH_REFERENCE,
                r -> {
                    byte[] packed = r.getBytes(1);
                    return packed == null ? new byte[0] : packed;
                },
                run.cacheId(),
                new Sql.PathIds(paths));
    }

    private boolean hide(RetentionRun run, Mark mark, Referrers referrers) {
        int[] page = referrers.next(AT_ONCE);
        if (page.length == 0) {
            if (mark.done == mark.dead().size()) {
                Instant cutoff = Objects.requireNonNull(run.cutoff());
                sql.change(CLEAN, cutoff, cutoff, run.cacheId());
            }
            return true;
        }
        List<Judged> judged = sql.all(
                CONDEMN,
                r -> new Judged(r.getInt(1), r.getString(2), r.getString(3)),
                run.cacheId(),
                new Sql.PathIds(page),
                Objects.requireNonNull(run.cutoff()),
                run.cacheId(),
                run.lastRow(),
                run.startedAt());
        int[] done = judged.stream()
                .filter(path -> !path.isKept())
                .mapToInt(Judged::path)
                .toArray();
        if (done.length > 0) {
            referrers.done(references(run, done));
            mark.done += done.length;
            mark.progress(mark.done, run.paths());
        }
        List<String> hidden =
                judged.stream().filter(Judged::isNew).map(Judged::baseName).toList();
        if (!hidden.isEmpty()) {
            sql.change(COUNT, hidden.size(), run.id());
            audit.record(ManyPaths.event(AuditAction.PATH_CONDEMNED, run, hidden));
        }
        return false;
    }
}
