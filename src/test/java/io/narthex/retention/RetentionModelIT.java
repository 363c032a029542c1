package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.push.HandPush;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of a cache beside a small model of it: what the collector leaves is what roots need, no more and no less.
 */
@ExtendWith(SharedServer.class)
class RetentionModelIT {
    private static final int STEPS = 60;
    private static final int COLLECTIONS = 4;

    /** What the model knows of a path. */
    private static final class Known {
        private final HandPush push;
        private final List<Known> references;
        private boolean fresh = true;
        private boolean read;

        Known(HandPush push, List<Known> references) {
            this.push = push;
            this.references = references;
        }
    }

    private final List<Known> present = new ArrayList<>();
    private final Map<String, Known> pins = new LinkedHashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void leavesWhatRootsNeedAndNothingElse(long seed) throws Exception {
        Random random = new Random(seed);
        RetainedCache cache = RetainedCache.withoutPatience();
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            for (int step = 0; step < STEPS / COLLECTIONS; step++) {
                step(cache, random);
            }
            collect(cache);
        }
    }

    private void step(RetainedCache cache, Random random) throws Exception {
        int kind = present.size() < 5 ? 0 : random.nextInt(10);
        Known some = present.isEmpty() ? null : present.get(random.nextInt(present.size()));
        if (some == null || kind < 4) {
            push(cache, random);
        } else if (kind < 6) {
            some.fresh = false;
            cache.age("3 days", some.push);
        } else if (kind < 7 && !some.read && !some.fresh) {
            // a use is noted by a server every five minutes at most: one that is aged meanwhile is not read again
            read(cache, some);
        } else if (kind < 9) {
            String name = "pin-" + random.nextInt(3);
            cache.good("PUT", "/pins/" + name, "{\"path\":\"" + RetainedCache.store(some.push.path()) + "\"}");
            pins.put(name, some);
        } else if (!pins.isEmpty()) {
            String name = pins.keySet().iterator().next();
            cache.good("DELETE", "/pins/" + name, "");
            pins.remove(name);
        }
    }

    private void push(RetainedCache cache, Random random) throws Exception {
        Set<Known> references = new HashSet<>();
        for (int i = random.nextInt(4); i > 0 && !present.isEmpty(); i--) {
            references.add(present.get(random.nextInt(present.size())));
        }
        HandPush made =
                cache.push(references.stream().map(reference -> reference.push).toArray(HandPush[]::new));
        present.add(new Known(made, List.copyOf(references)));
    }

    private static void read(RetainedCache cache, Known path) throws Exception {
        assertThat(cache.status(path.push)).isEqualTo(200);
        path.read = true;
        path.fresh = true;
        long end = System.nanoTime() + 90_000_000_000L;
        while (cache.rows()
                        .texts(
                                "select 1 from uploaded_path where hash = ? and last_used > now() - interval '1 day'",
                                path.push.path().hash().toBytes())
                        .isEmpty()
                && System.nanoTime() < end) {
            Thread.sleep(50);
        }
    }

    private void collect(RetainedCache cache) throws Exception {
        Set<Known> live = new HashSet<>();
        present.stream().filter(path -> path.fresh).forEach(path -> mark(path, live));
        pins.values().forEach(path -> mark(path, live));
        cache.collect(false, true);

        Map<HandPush, Boolean> held = new HashMap<>();
        Map<HandPush, Boolean> wanted = new HashMap<>();
        for (Known path : present) {
            held.put(path.push, cache.isHeld(path.push));
            wanted.put(path.push, live.contains(path));
        }
        assertThat(held).isEqualTo(wanted);
        present.retainAll(live);
        assertThat(cache.rows().texts("""
            select store_path_base_name(p.hash, p.name) from uploaded_path p
            where p.cache_id = (select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)
              and p.condemned_at is not null
            """, cache.cache().tenant())).isEmpty();
    }

    private static void mark(Known path, Set<Known> live) {
        if (live.add(path)) {
            path.references.forEach(reference -> mark(reference, live));
        }
    }
}
