package io.narthex.upstream;

import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Forgets paths of upstreams that are not trusted for them any more, and lets go of the bytes of upstreams beyond their budget,
 * those that were not asked for the longest time first. Their paths stay: whoever asks has them fetched again. What pushed paths
 * refer to stays as well, and is not in the budget. A page is one transaction; the bytes themselves are the sweep's.
 */
@ApplicationScoped
public class UpstreamBudgetJob implements Job {
    private static final int PAGE = 500;
    private static final long MOST = 50L << 30;
    private static final int PART_OF_DISK = 10;
    private static final String HELD = """
        select coalesce(sum(b.file_size), 0) from blob b where exists (select from upstream_path p where p.blob_id = b.id)
          and not exists (select from upstream_path p where p.blob_id = b.id and p.held_at is not null)
        """;
    /** Nobody is shown these any more. */
    private static final String FORGET = """
        delete from upstream_path where id in (
            select p.id from upstream_path p join upstream u on u.id = p.upstream_id
            where u.deleted_at is not null or not p.vouched_by = any (u.trusted_public_keys) order by p.id limit :most)
        """;
    /** References are written down behind the paths that have them, in minutes at most. */
    private static final String RELEASE = """
        with needed as (
            select distinct q.cache_id, r.base from upstream_path q cross join unnest(q.refs) as r(base)
            where q.held_at is not null and r.base <> store_path_base_name(q.hash, q.name))
        update upstream_path set held_at = null where id in (
            select p.id from upstream_path p
            where p.held_at < now() - interval '1 hour'
              and not exists (select from store_path s join path_edge e on e.reference = s.id
                              where s.base_name = store_path_base_name(p.hash, p.name) and e.scope = p.cache_id)
              and not exists (select from needed n
                              where n.cache_id = p.cache_id and n.base = store_path_base_name(p.hash, p.name))
            order by p.id limit :most for update)
        """;
    /** A file that several paths have goes when the last of them was not used for longest. */
    private static final String LET_GO = """
        with files as (
            select p.blob_id, max(p.last_used_at) as used, max(b.file_size) as bytes
            from upstream_path p join blob b on b.id = p.blob_id group by p.blob_id
            having not bool_or(p.held_at is not null)),
        oldest as (
            select blob_id, sum(bytes) over (order by used, blob_id) - bytes as before from files),
        gone as (select blob_id from oldest where before < :excess order by before limit :most)
        update upstream_path p set blob_id = null
        where p.id in (select q.id from upstream_path q join gone g on g.blob_id = q.blob_id order by q.id for update of q)
        """;

    @Inject
    private Settings settings;

    @PersistenceContext
    private EntityManager entities;

    private final Schedule schedule = new Schedule(10, TimeUnit.MINUTES);

    @Override
    public String name() {
        return "upstream-budget";
    }

    @Override
    public String subject() {
        return "upstreams";
    }

    @Override
    public boolean due() {
        return schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        int forgotten =
                entities.createNativeQuery(FORGET).setParameter("most", PAGE).executeUpdate();
        if (forgotten == PAGE) {
            return new JobPage("more", forgotten, 0, 0, forgotten);
        }
        int released =
                entities.createNativeQuery(RELEASE).setParameter("most", PAGE).executeUpdate();
        if (released > 0) {
            // what those held may be free now
            return new JobPage("more", released, 0, 0, released);
        }
        long held = ((Number) entities.createNativeQuery(HELD).getSingleResult()).longValue();
        long excess = held - budget();
        if (excess <= 0) {
            schedule.finished();
            return new JobPage(null, 0, 0, 0, 0);
        }
        int gone = entities.createNativeQuery(LET_GO)
                .setParameter("excess", excess)
                .setParameter("most", PAGE)
                .executeUpdate();
        schedule.finished();
        return new JobPage(gone < PAGE ? null : "more", gone, 0, 0, gone);
    }

    private long budget() {
        return settings.outbound().upstreamBytes().orElseGet(() -> {
            if (!(settings.blobs() instanceof BlobLocation.Files files)) {
                return MOST;
            }
            try {
                return Math.min(MOST, Files.getFileStore(files.directory()).getTotalSpace() / PART_OF_DISK);
            } catch (IOException e) {
                return MOST;
            }
        });
    }
}
