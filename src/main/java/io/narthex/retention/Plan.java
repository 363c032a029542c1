package io.narthex.retention;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** Writes down what nothing keeps, and what it comes to. Each call is a page, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Plan {
    private static final int AT_ONCE = 20_000;
    private static final PathBits NONE = new PathBits();

    private static final String ADD = """
        insert into retention_candidate (run_id, row_id, path_id)
        select ?, h.row_id, h.path_id from path_held h
        where h.scope = ? and h.path_id = any (?) and h.row_id is not null
        on conflict do nothing
        """;
    private static final String SUM = """
        update retention_run n
           set held = ?, paths = ?, freed_bytes = s.freed, shared_bytes = s.shared, largest = s.largest
          from retention_sums(?) s
         where n.id = ?
        """;
    private static final String HOLD = "update retention_run set outcome = 'HELD', ended_at = now() where id = ?";

    @Inject
    private Sql sql;

    /** Whether all is written; then the run is HELD if it would take more than half of what the cache offers. */
    boolean page(RetentionRun run, Mark mark) {
        PathBits dead = mark.dead();
        long end = System.nanoTime() + Marking.PAGE_NANOS;
        while (System.nanoTime() < end) {
            int[] page = dead.page(NONE, mark.written, AT_ONCE);
            if (page.length == 0) {
                finish(run, mark, dead);
                mark.written = 0;
                return true;
            }
            sql.change(ADD, run.id(), run.cacheId(), new Sql.PathIds(page));
            mark.written = page[page.length - 1];
            mark.progress(mark.progress[0] + page.length, dead.size());
        }
        return false;
    }

    private void finish(RetentionRun run, Mark mark, PathBits dead) {
        sql.change(SUM, (long) mark.held.size(), (long) dead.size(), run.id(), run.id());
        long offered = mark.held.without(mark.hidden).size();
        long fresh = dead.without(mark.hidden).size();
        if (!run.dryRun() && !run.forced() && fresh * 2 > offered) {
            sql.change(HOLD, run.id());
        }
    }
}
