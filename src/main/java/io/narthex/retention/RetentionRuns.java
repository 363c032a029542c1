package io.narthex.retention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.retention.RetentionRun.Outcome;
import io.narthex.retention.RetentionRun.Step;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reads and writes the runs of the collector. Each call is in the caller's transaction, or one of its own. */
@ApplicationScoped
@Retried
@Transactional
public class RetentionRuns {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<RetentionRun.Large>> LARGEST = new TypeReference<>() {};

    private static final String COLUMNS = """
        select id, tenant_id, cache_id, dry_run, forced, asked, started_at, ended_at, outcome, error, step, cutoff,
               coalesce(last_row, 0), held, paths, freed_bytes, shared_bytes, largest, condemned, removed, revived,
               condemned_until, pages, done, total
        from retention_run
        """;
    private static final String BEGIN = """
        insert into retention_run (tenant_id, cache_id, dry_run, forced, asked) values (?, ?, ?, ?, true)
        on conflict (cache_id) where outcome = 'RUNNING' do nothing returning id
        """;

    /** A run by hand within the day counts: what it left is left. A held one waits for a run by hand. */
    private static final String BEGIN_DAILY = """
        insert into retention_run (tenant_id, cache_id, dry_run, asked)
        select c.tenant_id, c.id, false, false
        from cache c join tenant t on t.id = c.tenant_id left join cache_retention r on r.cache_id = c.id
        where c.deleted_at is null and t.deleted_at is null
          and (r.keep_days is not null
               or exists (select from uploaded_path p where p.cache_id = c.id and p.condemned_at is not null))
          and not exists (select from retention_run n where n.cache_id = c.id and n.tenant_id = c.tenant_id
                                                        and not n.dry_run and n.started_at > now() - interval '23 hours')
          and not exists (select from retention_run n
                          where n.tenant_id = c.tenant_id and n.cache_id = c.id and not n.dry_run and n.outcome = 'HELD'
                            and n.id = (select max(m.id) from retention_run m
                                        where m.tenant_id = c.tenant_id and m.cache_id = c.id and not m.dry_run)
                            and n.started_at > coalesce(r.set_at, '-infinity'))
        on conflict (cache_id) where outcome = 'RUNNING' do nothing
        """;

    private static final String END = """
        update retention_run set outcome = ?, error = ?, ended_at = clock_timestamp(), live = null, followed = null
        where id = ?
        """;

    @Inject
    private Sql sql;

    @Inject
    private AuditLog audit;

    /** Asks for a run; empty where one goes on in the cache. */
    Optional<RetentionRun> begin(Cache cache, boolean dryRun, boolean forced) {
        Optional<Long> id = sql.first(BEGIN, r -> r.getLong(1), cache.tenantId(), cache.id(), dryRun, forced);
        id.ifPresent(run -> audit.record(AuditEvent.of(AuditAction.RETENTION_STARTED)
                .cache(cache.tenantId(), cache.id())
                .detail("run", run)
                .detail("dryRun", dryRun)
                .detail("forced", forced)));
        return id.flatMap(run -> find(cache, run));
    }

    /** Begins the daily runs that are due. */
    void beginDaily() {
        sql.change(BEGIN_DAILY);
    }

    Optional<RetentionRun> find(Cache cache, long id) {
        return sql.first(COLUMNS + "where id = ? and cache_id = ?", RetentionRuns::run, id, cache.id());
    }

    RetentionRun get(long id) {
        return sql.one(COLUMNS + "where id = ?", RetentionRuns::run, id);
    }

    /** About how many paths a cache has. */
    long pathsOf(Cache cache) {
        return sql.first("select paths from cache_usage where cache_id = ?", r -> r.getLong(1), cache.id())
                .orElse(0L);
    }

    /** The newest first, with lesser ids than one. */
    List<RetentionRun> list(Cache cache, long below, int limit) {
        return sql.all(
                COLUMNS + "where tenant_id = ? and cache_id = ? and id < ? order by id desc limit ?",
                RetentionRuns::run,
                cache.tenantId(),
                cache.id(),
                below,
                limit);
    }

    /** The one that goes on whose turn is after another's. */
    Optional<RetentionRun> next(long after) {
        return sql.first(COLUMNS + "where outcome = 'RUNNING' order by id <= ?, id limit 1", RetentionRuns::run, after);
    }

    /** How many of all caches go on or wait. */
    long countRunning() {
        return sql.first("select count(*) from retention_run where outcome = 'RUNNING'", r -> r.getLong(1))
                .orElse(0L);
    }

    void step(RetentionRun run, Step next) {
        sql.change("update retention_run set step = ? where id = ?", next.name(), run.id());
    }

    void end(RetentionRun run, Outcome outcome) {
        sql.change(END, outcome.name(), new Sql.Null<>(null, java.sql.Types.VARCHAR), run.id());
    }

    /** @param sentence why, for the administrator of the cache */
    void fail(long run, String sentence) {
        sql.change(END, Outcome.FAILED.name(), sentence, run);
    }

    private static RetentionRun run(ResultSet r) throws SQLException {
        return new RetentionRun(
                r.getLong(1),
                r.getInt(2),
                r.getInt(3),
                r.getBoolean(4),
                r.getBoolean(5),
                r.getBoolean(6),
                Objects.requireNonNull(Sql.moment(r, 7)),
                Sql.moment(r, 8),
                Outcome.valueOf(r.getString(9)),
                r.getString(10),
                Step.valueOf(r.getString(11)),
                Sql.moment(r, 12),
                r.getLong(13),
                r.getLong(14),
                r.getLong(15),
                r.getLong(16),
                r.getLong(17),
                largest(r.getString(18)),
                r.getLong(19),
                r.getLong(20),
                r.getLong(21),
                Sql.moment(r, 22),
                r.getLong(23),
                r.getLong(24),
                r.getLong(25));
    }

    private static List<RetentionRun.Large> largest(String json) {
        try {
            return JSON.readValue(json, LARGEST);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the largest paths of a run cannot be read", e);
        }
    }
}
