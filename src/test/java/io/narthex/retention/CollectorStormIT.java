package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.push.HandPush;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A collector without patience beside pushers of overlapping closures. What the pushers share grows old all the time, so that
 * it is about to go whenever somebody refers to it anew.
 */
@ExtendWith(SharedServer.class)
class CollectorStormIT {
    private static final int PUSHERS = 6;
    private static final int PUSHES = 12;
    private static final int SHARED = 12;

    /** A visible path that refers to one that is not, or not visibly, there. */
    private static final String DANGLING = """
        select store_path_base_name(p.hash, p.name) from uploaded_path p cross join unnest(p.refs) as r(base)
        where p.cache_id = (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)
          and p.condemned_at is null
          and not exists (select from uploaded_path q where q.cache_id = p.cache_id and q.condemned_at is null
                                                        and store_path_base_name(q.hash, q.name) = r.base)
        """;

    private static final String AGE = """
        update uploaded_path set last_used = now() - interval '3 days'
        where cache_id = (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)
          and hash = any (?)
        """;

    @Test
    void neverLeavesAVisiblePathWithoutWhatItRefersTo() throws Exception {
        RetainedCache cache = RetainedCache.withoutPatience();
        List<HandPush> shared = new ArrayList<>();
        for (int i = 0; i < SHARED; i++) {
            shared.add(cache.push());
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<?> collecting = threads.submit((Callable<Integer>) () -> {
                int removed = 0;
                while (!over.get()) {
                    removed += cache.collect(false, true).path("removed").asInt();
                }
                return removed;
            });
            Future<?> looking = threads.submit((Callable<Void>) () -> {
                while (!over.get()) {
                    assertThat(cache.rows().texts(DANGLING, cache.cache().tenant()))
                            .isEmpty();
                    Thread.sleep(100);
                }
                return null;
            });
            List<Future<Void>> pushing = new ArrayList<>();
            for (int i = 0; i < PUSHERS; i++) {
                int seed = i;
                pushing.add(threads.submit(() -> push(cache, shared, new Random(seed))));
            }
            for (Future<Void> each : pushing) {
                each.get();
            }
            over.set(true);
            looking.get();
            collecting.get();
        }
        assertThat(cache.rows().texts(DANGLING, cache.cache().tenant())).isEmpty();
    }

    /** As Nix does: what it refers to is asked for, pushed where it lacks, and then referred to. */
    private static Void push(RetainedCache cache, List<HandPush> shared, Random random) throws Exception {
        for (int i = 0; i < PUSHES; i++) {
            HandPush one = shared.get(random.nextInt(shared.size()));
            HandPush other = shared.get(random.nextInt(shared.size()));
            HandPush made = HandPush.small(random, one, other);
            for (HandPush needed : List.of(one, other)) {
                if (cache.status(needed) != 200) {
                    assertThat(needed.putNar(cache.cache())).isIn(200, 201);
                    assertThat(needed.putNarInfo(cache.cache())).isIn(200, 201);
                }
            }
            assertThat(made.putNar(cache.cache())).isEqualTo(201);
            assertThat(made.putNarInfo(cache.cache())).isEqualTo(201);
            assertThat(cache.status(made)).isEqualTo(200);
            try (java.sql.Connection connection = cache.rows().connect();
                    java.sql.PreparedStatement age = connection.prepareStatement(AGE)) {
                age.setString(1, cache.cache().tenant());
                age.setArray(2, connection.createArrayOf("bytea", new byte[][] {
                    made.path().hash().toBytes(), one.path().hash().toBytes()
                }));
                age.executeUpdate();
            }
        }
        return null;
    }
}
