package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A full cache that evicts gives up what was used longest ago, and nothing that is pinned, held, or needed. */
@ExtendWith(SharedServer.class)
class EvictionIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CACHE =
            "(select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)";

    /** Bytes of the file of a small path. */
    private static final int FILE = HandPush.small(new Random(1)).file().length;

    private final Random random = new Random();

    private static TenantCache evicting(long bytes, int minutes) throws Exception {
        return TenantCache.make("{\"quota\":{\"maxBytes\":" + bytes + ",\"whenFull\":\"evict\",\"evictAfterMinutes\":"
                + minutes + "}}");
    }

    private static String api(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    private static JsonNode usage(TenantCache cache) throws Exception {
        return JSON.readTree(cache.administer("GET", api(cache), "")).path("usage");
    }

    private static void pin(TenantCache cache, String name, HandPush path) throws Exception {
        cache.administer(
                "PUT",
                api(cache) + "/pins/" + name,
                "{\"path\":\"/nix/store/" + path.path().baseName() + "\"}");
    }

    private HandPush pushed(TenantCache cache, HandPush... references) throws Exception {
        HandPush push = HandPush.small(random, references);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    private static int status(TenantCache cache, HandPush push) throws Exception {
        return cache.get(push.narInfoUrl()).statusCode();
    }

    /** Within the second in which the server that answers hears of it. */
    private static void awaitGone(TenantCache cache, HandPush push) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        while (status(cache, push) == 200 && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(status(cache, push)).isEqualTo(404);
    }

    /** As if no token had used it for so long. */
    private static void age(TenantCache cache, String interval, HandPush... pushes) throws Exception {
        for (HandPush push : pushes) {
            Rows.ofServer()
                    .change(
                            "update uploaded_path set last_token_use = now() - ?::interval, told_at = told_at -"
                                    + " ?::interval where hash = ? and cache_id = "
                                    + CACHE,
                            interval,
                            interval,
                            push.path().hash().toBytes(),
                            cache.tenant());
            Rows.ofServer()
                    .change(
                            "update staged_nar set received_at = now() - ?::interval where file_name = ? and cache_id"
                                    + " = "
                                    + CACHE,
                            interval,
                            push.url().substring(4),
                            cache.tenant());
        }
    }

    @Test
    void keepsItsSizeWhileTwentyTimesAsMuchStreamsThrough() throws Exception {
        long bound = 2_000_000;
        TenantCache cache = evicting(bound, 0);
        HandPush needed = pushed(cache);
        HandPush pinned = pushed(cache, needed);
        pin(cache, "stays", pinned);
        List<Future<Integer>> pushers = new ArrayList<>();
        int taken = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                Random own = new Random(random.nextLong());
                pushers.add(threads.submit(() -> stream(cache, own, bound * 5)));
            }
            for (Future<Integer> each : pushers) {
                taken += each.get();
            }
        }
        assertThat(taken).isGreaterThan(250);
        assertThat(usage(cache).path("storedBytes").asLong()).isBetween(bound / 2, bound);
        assertThat(status(cache, pinned)).isEqualTo(200);
        assertThat(status(cache, needed)).isEqualTo(200);
        ServerJobs jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
        jobs.run("fold-usage");
        assertThat(jobs.run("prove-usage").path("updated").asLong()).isZero();
        assertThat(Rows.ofServer().texts("""
            select store_path_base_name(p.hash, p.name) from uploaded_path p cross join unnest(p.refs) as r(base)
            where not exists (select from uploaded_path q where q.cache_id = p.cache_id
                                                            and store_path_base_name(q.hash, q.name) = r.base)
              and p.cache_id =\
            """ + CACHE, cache.tenant())).isEmpty();
        awaitFewDoomed(cache, bound / 20);
    }

    /** Pushes chains of paths until so many bytes went; gives how many paths were taken. */
    private static int stream(TenantCache cache, Random own, long bytes) throws Exception {
        int taken = 0;
        HandPush last = null;
        for (long sent = 0; sent < bytes; sent += 80_000) {
            HandPush next = last == null || own.nextInt(3) == 0
                    ? HandPush.sized(80_000, own)
                    : HandPush.sized(80_000, own, last);
            int nar = next.putNar(cache);
            assertThat(nar).isEqualTo(201);
            int narInfo = next.putNarInfo(cache);
            // 400: what it refers to, or its file, has gone meanwhile
            assertThat(narInfo).isIn(201, 400);
            taken += narInfo == 201 ? 1 : 0;
            last = narInfo == 201 ? next : null;
        }
        return taken;
    }

    /** The bytes of what went follow, all but the last. */
    private static void awaitFewDoomed(TenantCache cache, long most) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        String doomed = "select coalesce(sum(file_size), 0)::bigint from doomed_blob where evicted_from = " + CACHE;
        long left = Long.MAX_VALUE;
        while (left > most && Instant.now().isBefore(end)) {
            Thread.sleep(200);
            left = Long.parseLong(Rows.ofServer().texts(doomed, cache.tenant()).getFirst());
        }
        assertThat(left).isBetween(0L, most);
    }

    @Test
    void takesWhatATokenUsedLongestAgoAndRecordsIt() throws Exception {
        TenantCache cache = evicting(FILE * 10L, 60);
        HandPush newer = pushed(cache);
        HandPush oldest = pushed(cache);
        for (int i = 0; i < 8; i++) {
            pushed(cache);
        }
        age(cache, "3 hours", newer);
        age(cache, "4 hours", oldest);
        pushed(cache);
        awaitGone(cache, oldest);
        assertThat(Rows.ofServer()
                        .texts(
                                "select path || ' ' || reason from audit.removed_paths where tenant = ? order by 1",
                                cache.tenant()))
                .contains(oldest.path().baseName() + " evicted");
        assertThat(Rows.ofServer()
                        .texts(
                                "select detail ->> 'reason' from audit_event where tenant = ? and action ="
                                        + " 'path-removed'",
                                cache.tenant()))
                .containsOnly("evicted");
        assertThat(oldest.putNar(cache)).isEqualTo(201);
    }

    @Test
    void keepsWhatWasUsedWithinTheMinutesAndRefuses() throws Exception {
        TenantCache cache = evicting(FILE * 2L, 60);
        HandPush first = pushed(cache);
        pushed(cache);
        HandPush third = HandPush.small(random);
        HttpResponse<byte[]> refused = cache.put(third.url(), third.file());
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                .contains("The cache " + cache.tenant() + "/ci is full: it holds " + FILE * 2);
        assertThat(status(cache, first)).isEqualTo(200);
        age(cache, "50 minutes", first);
        assertThat(third.putNar(cache)).isEqualTo(413);
        age(cache, "2 hours", first);
        assertThat(third.putNar(cache)).isEqualTo(201);
        awaitGone(cache, first);
    }

    /** Until the server has written down that the token of the cache pushes, and that it was told of these paths. */
    private static void awaitTold(TenantCache cache, HandPush... told) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        int noted = -1;
        while (noted < told.length && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            noted = Rows.ofServer()
                    .texts(
                            "select hash::text from uploaded_path where told_at is not null and cache_id = " + CACHE
                                    + " and exists (select from push_session s where s.cache_id ="
                                    + " uploaded_path.cache_id)",
                            cache.tenant())
                    .size();
        }
        assertThat(noted).isGreaterThanOrEqualTo(told.length);
    }

    /** As if whoever pushes had begun so long ago, and was told of what he was told of a moment later. */
    private static void ageSession(TenantCache cache, String interval) throws Exception {
        Rows.ofServer()
                .change(
                        "update push_session set began_at = now() - ?::interval where cache_id = " + CACHE,
                        interval,
                        cache.tenant());
        Rows.ofServer()
                .change(
                        "update uploaded_path set told_at = now() - ?::interval + interval '1 minute' where told_at is"
                                + " not null and cache_id = " + CACHE,
                        interval,
                        cache.tenant());
    }

    @Test
    void keepsWhatAClientWasToldOfForHoursWhileItPushes() throws Exception {
        TenantCache cache = evicting(FILE * 3L, 60);
        HandPush told = pushed(cache);
        HandPush other = pushed(cache);
        HandPush third = pushed(cache);
        assertThat(status(cache, told)).isEqualTo(200);
        awaitTold(cache, told);
        age(cache, "5 hours", told);
        ageSession(cache, "5 hours");
        Rows.ofServer()
                .change(
                        "update uploaded_path set published_at = now() - interval '10 hours' where cache_id = " + CACHE,
                        cache.tenant());
        age(cache, "4 hours", other);
        HandPush fourth = HandPush.small(random, told);
        assertThat(fourth.putNar(cache)).isEqualTo(201);
        awaitGone(cache, other);
        assertThat(fourth.putNarInfo(cache)).isEqualTo(201);
        assertThat(status(cache, third)).isEqualTo(200);
    }

    @Test
    void givesUpWhatAClientWasToldOfThatHasGone() throws Exception {
        TenantCache cache = evicting(FILE * 2L, 60);
        HandPush told = pushed(cache);
        pushed(cache);
        assertThat(status(cache, told)).isEqualTo(200);
        awaitTold(cache, told);
        age(cache, "5 hours", told);
        ageSession(cache, "5 hours");
        HandPush third = HandPush.small(random);
        assertThat(third.putNar(cache)).isEqualTo(413);
        // the one who pushes now has begun since
        Rows.ofServer().change("update push_session set began_at = now() where cache_id = " + CACHE, cache.tenant());
        assertThat(third.putNar(cache)).isEqualTo(201);
        awaitGone(cache, told);
    }

    @Test
    void keepsWhatAClientPushedHoursAgoWhileItPushes() throws Exception {
        TenantCache cache = evicting(FILE * 3L, 60);
        HandPush pinned = HandPush.sized(40 + FILE / 2, random);
        assertThat(pinned.putNar(cache)).isEqualTo(201);
        assertThat(pinned.putNarInfo(cache)).isEqualTo(201);
        pin(cache, "stays", pinned);
        HandPush leaf = pushed(cache);
        assertThat(status(cache, pinned)).isEqualTo(200);
        awaitTold(cache, pinned);
        age(cache, "6 hours", pinned);
        age(cache, "5 hours", leaf);
        ageSession(cache, "8 hours");
        HandPush root = HandPush.small(random, leaf);
        assertThat(root.putNar(cache)).isEqualTo(413);
        // one who pushes for ever keeps half of the quota for himself, not all: this is used before that half
        age(cache, "5 minutes", pinned);
        assertThat(HandPush.small(random).putNar(cache)).isEqualTo(201);
        awaitGone(cache, leaf);
    }

    @Test
    void keepsWhatPinsNeedAndRefuses() throws Exception {
        TenantCache cache = evicting(FILE * 2L, 0);
        HandPush needed = pushed(cache);
        HandPush root = pushed(cache, needed);
        pin(cache, "production", root);
        HandPush third = HandPush.small(random);
        assertThat(third.putNar(cache)).isEqualTo(413);
        assertThat(status(cache, needed)).isEqualTo(200);
        cache.administer("DELETE", api(cache) + "/pins/production", "");
        assertThat(third.putNar(cache)).isEqualTo(201);
        awaitGone(cache, root);
    }

    @Test
    void givesUpAWholeClosureFromItsRootOn() throws Exception {
        TenantCache cache = evicting(FILE * 4L, 0);
        HandPush leaf = pushed(cache);
        HandPush middle = pushed(cache, leaf);
        HandPush root = pushed(cache, middle);
        HandPush large = HandPush.sized(FILE * 2, random);
        assertThat(large.putNar(cache)).isEqualTo(201);
        awaitGone(cache, root);
        awaitGone(cache, middle);
        assertThat(large.putNarInfo(cache)).isEqualTo(201);
    }

    @Test
    void takesNothingUnderALegalHold() throws Exception {
        TenantCache cache = evicting(FILE, 0);
        HandPush held = pushed(cache);
        String holds = "/api/v1/tenants/" + cache.tenant() + "/legal-holds/case-1";
        cache.administer(
                "PUT",
                holds,
                "{\"cache\":\"ci\",\"path\":\"/nix/store/" + held.path().baseName() + "\",\"reason\":\"case 1\"}");
        HandPush second = HandPush.small(random);
        assertThat(second.putNar(cache)).isEqualTo(413);
        cache.administer("DELETE", holds, "");
        assertThat(second.putNar(cache)).isEqualTo(201);
    }

    @Test
    void keepsAllWhereAFileIsLargerThanTheQuota() throws Exception {
        TenantCache cache = evicting(FILE * 2L, 0);
        HandPush there = pushed(cache);
        assertThat(HandPush.sized(FILE * 3, random).putNar(cache)).isEqualTo(413);
        assertThat(status(cache, there)).isEqualTo(200);
    }

    @Test
    void takesNothingForTheQuotaOfItsTenant() throws Exception {
        TenantCache cache = evicting(FILE * 9L, 0);
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant(), "{\"quota\":{\"maxBytes\":" + FILE + "}}");
        HandPush there = pushed(cache);
        assertThat(HandPush.small(random).putNar(cache)).isEqualTo(413);
        assertThat(status(cache, there)).isEqualTo(200);
    }
}
