package io.narthex.retention;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Finds what is kept: what roots need, over all references. Each call is a page, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Marking {
    /** A page takes about as long. */
    static final long PAGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SAVED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long LOOK_MILLIS = 100;
    private static final int NUMBERS_AT_ONCE = 100_000;
    /** Some megabytes of references. */
    private static final int FOLLOWED_AT_ONCE = 50_000;
    /** Where fewer of a range are live, theirs are looked up one by one: to read past the others would cost more. */
    private static final int SPARSE = 8;

    private static final int EDGES_AT_ONCE = 1_000;
    /** About a second's. */
    private static final int FILLED_AT_ONCE = 10_000;

    private static final String ENDED = """
        select pg_snapshot_xmin(pg_current_snapshot()) >= n.unfinished
               and not exists (select from path_queue q where q.id <= ? and q.scope = n.cache_id)
        from retention_run n where n.id = ?
        """;
    private static final String ROOTS = "select roots, others, hidden from retention_roots(?, ?, ?, ?, ?)";
    private static final String PINNED = """
        select s.id from pin_roots(?) r join store_path s on s.base_name = store_path_base_name(r.hash, r.name)
        union
        select s.id from held_roots(?) h join store_path s on s.base_name = h.base_name
        """;
    private static final String REFERENCES = """
        select string_agg(int4send(h.path_id) || array_send(h.refs), '')
        from path_held h where h.scope = ? and h.path_id = any (?)
        """;
    private static final String REFERENCES_OF_RANGE = """
        select string_agg(int4send(h.path_id) || array_send(h.refs), '')
        from path_held h where h.scope = ? and h.path_id > ? and h.path_id <= ?
        """;

    private static final String SAVE = "update retention_run set live = ?, followed = ?, held = ? where id = ?";

    @Inject
    private Sql sql;

    /** Whether all that was under way when the run began has ended, and its references are known. */
    boolean isReady(RetentionRun run, Mark mark) {
        if (mark.lastQueued < 0) {
            mark.lastQueued = sql.one("select coalesce(max(id), 0) from path_queue", r -> r.getLong(1));
        }
        boolean ready = sql.one(ENDED, r -> r.getBoolean(1), mark.lastQueued, run.id());
        if (!ready && sql.one("select fill_path_edges(?)", r -> r.getInt(1), EDGES_AT_ONCE) == 0) {
            pause();
        }
        return ready
                && sql.one("select fill_held_references(?, ?)", r -> r.getInt(1), run.cacheId(), FILLED_AT_ONCE) == 0;
    }

    /** Nothing can be done yet. */
    static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads which paths the cache holds, and which are roots; whether it has come to the end. */
    boolean roots(RetentionRun run, Mark mark) {
        int last = sql.one(
                "select coalesce(max(path_id), 0) from path_held where scope = ?", r -> r.getInt(1), run.cacheId());
        boolean contents = sql.first(
                        "select keep_content_addressed from cache_retention where cache_id = ?",
                        r -> r.getBoolean(1),
                        run.cacheId())
                .orElse(true);
        Instant cutoff = Objects.requireNonNull(run.cutoff());
        long end = System.nanoTime() + PAGE_NANOS;
        while (mark.read < last && System.nanoTime() < end) {
            int upTo = mark.read + NUMBERS_AT_ONCE;
            List<byte[]> found = sql.one(
                    ROOTS,
                    r -> List.of(bytes(r.getBytes(1)), bytes(r.getBytes(2)), bytes(r.getBytes(3))),
                    run.cacheId(),
                    mark.read,
                    upTo,
                    cutoff,
                    contents);
            mark.live.addAll(found.get(0));
            mark.held.addAll(found.get(0));
            mark.held.addAll(found.get(1));
            mark.hidden.addAll(found.get(2));
            mark.read = upTo;
        }
        mark.progress(Math.min(mark.read, last), last);
        if (mark.read < last) {
            return false;
        }
        sql.all(PINNED, r -> r.getInt(1), run.cacheId(), run.cacheId()).forEach(mark.live::add);
        return true;
    }

    private static byte[] bytes(byte @org.jspecify.annotations.Nullable [] packed) {
        return packed == null ? new byte[0] : packed;
    }

    /**
     * Marks what is needed by what is marked; whether nothing is left. It goes down: what a path refers to was nearly always there
     * before it and has a lesser number, so that one round finds nearly all.
     */
    boolean follow(RetentionRun run, Mark mark) {
        long end = System.nanoTime() + PAGE_NANOS;
        boolean done = false;
        while (!done && System.nanoTime() < end) {
            if (mark.reached == 0) {
                mark.reached = mark.live.last();
                mark.found = false;
            }
            int above = Math.max(0, mark.reached - FOLLOWED_AT_ONCE);
            int[] live = mark.live.between(mark.followed, above, mark.reached);
            if (live.length > 0) {
                mark.found = true;
                if (live.length > FOLLOWED_AT_ONCE / SPARSE) {
                    followRange(run, mark, above);
                } else {
                    HeldReferences.of(sql.one(
                                    REFERENCES, r -> bytes(r.getBytes(1)), run.cacheId(), new Sql.PathIds(live)))
                            .forEach((referrer, reference) -> mark.live.add(reference));
                    mark.followed.addAll(live);
                }
            }
            mark.reached = above;
            done = above == 0 && !mark.found;
        }
        mark.progress(mark.followed.size(), mark.live.size());
        if (done || System.nanoTime() - mark.savedAt > SAVED_EVERY_NANOS) {
            sql.change(SAVE, mark.live.toBytes(), mark.followed.toBytes(), (long) mark.held.size(), run.id());
            mark.savedAt = System.nanoTime();
        }
        return done;
    }

    /** What is marked behind the place that was reached is for the next round. */
    private void followRange(RetentionRun run, Mark mark, int above) {
        PathBits late = new PathBits();
        HeldReferences.of(sql.one(REFERENCES_OF_RANGE, r -> bytes(r.getBytes(1)), run.cacheId(), above, mark.reached))
                .forEachDown((referrer, reference) -> {
                    if (mark.live.has(referrer) && !mark.live.has(reference)) {
                        mark.live.add(reference);
                        if (reference >= referrer && reference <= mark.reached) {
                            late.add(reference);
                        }
                    }
                });
        mark.followed.addAll(mark.live.without(late).between(mark.followed, above, mark.reached));
    }
}
