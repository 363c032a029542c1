package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A quota bounds what a tenant and a cache hold, and never counts wrongly. */
@ExtendWith(SharedServer.class)
class QuotaIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bytes of the file of a small path. */
    private static final int FILE = HandPush.small(new Random(1)).file().length;

    private final Random random = new Random();

    private static JsonNode run(String job) throws Exception {
        return new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run(job);
    }

    private static String quota(long bytes) {
        return "{\"quota\":{\"maxBytes\":" + bytes + "}}";
    }

    private static JsonNode usageOfCache(TenantCache cache) throws Exception {
        return JSON.readTree(cache.administer("GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", ""))
                .path("usage");
    }

    private static JsonNode usageOfTenant(TenantCache cache) throws Exception {
        return JSON.readTree(cache.administer("GET", "/api/v1/tenants/" + cache.tenant(), ""))
                .path("usage");
    }

    private HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(random);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    /** Into another cache of the same tenant. */
    private static HttpResponse<String> putIntoOther(TenantCache cache, HandPush push) throws Exception {
        return toOther(cache, push, "PUT", HttpRequest.BodyPublishers.ofByteArray(push.file()));
    }

    private static HttpResponse<String> toOther(
            TenantCache cache, HandPush push, String method, HttpRequest.BodyPublisher body) throws Exception {
        String url = System.getProperty("it.url") + "/" + cache.tenant() + "/other/" + push.url();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .method(method, body)
                .header("Authorization", "Bearer " + cache.token())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> events(TenantCache cache, String action) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select coalesce(cache, '-') || ' ' || detail from audit_event where tenant = ? and action = ?",
                        cache.tenant(),
                        action);
    }

    @Test
    void refusesTheFileThatWouldPassAndSaysHowMuchOfHowMuch() throws Exception {
        TenantCache cache = TenantCache.make(quota(FILE * 2L + 10));
        pushed(cache);
        pushed(cache);
        HandPush third = HandPush.small(random);
        HttpResponse<byte[]> answer = cache.put(third.url(), third.file());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .contains(
                        "The cache " + cache.tenant() + "/ci is full: it holds " + FILE * 2 + " of the "
                                + (FILE * 2 + 10) + " bytes of its quota",
                        "take " + FILE + " more",
                        "delete paths that nobody needs, or ask who administers the cache for a larger quota");
        assertThat(usageOfCache(cache).path("storedBytes").asLong()).isEqualTo(FILE * 2L);
    }

    @Test
    void refusesAtTheByteThatPassesWhereNoLengthIsTold() throws Exception {
        TenantCache cache = TenantCache.make(quota(FILE - 1L));
        HandPush push = HandPush.small(random);
        HttpRequest request = HttpRequest.newBuilder(URI.create(cache.url() + "/" + push.url()))
                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(push.file())))
                .header("Authorization", "Bearer " + cache.token())
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("is full");
    }

    @Test
    void takesAgainWhatTheCacheHasThoughItIsFull() throws Exception {
        TenantCache cache = TenantCache.make(quota(FILE));
        HandPush push = pushed(cache);
        assertThat(push.putNar(cache)).isEqualTo(200);
        assertThat(push.putNarInfo(cache)).isEqualTo(200);
    }

    @Test
    void takesMoreWhenTheQuotaIsLarger() throws Exception {
        TenantCache cache = TenantCache.make(quota(FILE));
        pushed(cache);
        HandPush second = HandPush.small(random);
        assertThat(second.putNar(cache)).isEqualTo(413);
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", quota(FILE * 2L));
        assertThat(second.putNar(cache)).isEqualTo(201);
    }

    @Test
    void boundsATenantOverAllItsCaches() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String tenant = "/api/v1/tenants/" + cache.tenant();
        cache.administer("PUT", tenant + "/caches/other", "{}");
        cache.administer("PUT", tenant, quota(FILE));
        pushed(cache);
        HandPush second = HandPush.small(random);
        HttpResponse<String> answer = putIntoOther(cache, second);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body())
                .contains("The tenant " + cache.tenant() + " is full", "ask the server's administrator");
    }

    @Test
    void countsAFileInEachCacheAndOnceInTheTenant() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/other", "{}");
        HandPush push = pushed(cache);
        assertThat(putIntoOther(cache, push).statusCode()).isEqualTo(201);
        // until it is kept
        assertThat(toOther(cache, push, "HEAD", HttpRequest.BodyPublishers.noBody())
                        .statusCode())
                .isEqualTo(200);
        assertThat(usageOfTenant(cache).path("storedBytes").asLong()).isEqualTo(FILE);
        run("fold-usage");
        assertThat(usageOfTenant(cache).path("storedBytes").asLong()).isEqualTo(FILE);
        assertThat(Rows.ofServer()
                        .texts(
                                "select coalesce(cache, '-') || ' ' || paths || ' ' || stored_bytes from audit.usage"
                                        + " where tenant = ? order by 1",
                                cache.tenant()))
                .containsExactly("- 1 " + FILE, "ci 1 " + FILE, "other 0 " + FILE);
    }

    @Test
    void countsLogsAndRefusesThemToo() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        byte[] log = new byte[2_000];
        random.nextBytes(log);
        String url = "log/60ibf5mdwg7xxh85rrh8pnxyca2l01sf-hello.drv";
        assertThat(cache.put(url, log).statusCode()).isEqualTo(201);
        assertThat(usageOfCache(cache).path("storedBytes").asLong()).isGreaterThan(1_900);
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant(), quota(2_100));
        assertThat(cache.put("log/70ibf5mdwg7xxh85rrh8pnxyca2l01sf-hello.drv", log)
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void letsPushesSideBySideNotPassTogether() throws Exception {
        TenantCache cache = TenantCache.make(quota(FILE * 5L));
        List<Callable<Integer>> pushes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            HandPush push = HandPush.small(new Random(random.nextLong()));
            pushes.add(() -> {
                int status = push.putNar(cache);
                return status == 201 ? push.putNarInfo(cache) : status;
            });
        }
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(10)) {
            for (Future<Integer> end : threads.invokeAll(pushes)) {
                statuses.add(end.get());
            }
        }
        assertThat(statuses).containsOnly(201, 413);
        assertThat(usageOfCache(cache).path("storedBytes").asLong()).isBetween((long) FILE, FILE * 5L);
    }

    @Test
    void warnsOnceWhenItIsNearlyFull() throws Exception {
        TenantCache cache = TenantCache.make("{\"quota\":{\"maxBytes\":" + FILE * 4L + ",\"warnAt\":50}}");
        pushed(cache);
        run("fold-usage");
        assertThat(events(cache, "quota-warned")).isEmpty();
        pushed(cache);
        run("fold-usage");
        pushed(cache);
        run("fold-usage");
        assertThat(events(cache, "quota-warned")).singleElement().asString().contains("ci ", "\"warnAt\": 50");
    }

    @Test
    void countsNothingWronglyInAStorm() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            HandPush push = HandPush.small(new Random(random.nextLong()));
            boolean stays = i % 3 > 0;
            work.add(() -> {
                push.putNar(cache);
                push.putNarInfo(cache);
                if (stays) {
                    return push.putNar(cache);
                }
                cache.administer(
                        "DELETE",
                        "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/"
                                + push.path().hash(),
                        "");
                return 204;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Integer> end : threads.invokeAll(work)) {
                assertThat(end.get()).isBetween(200, 204);
            }
        }
        assertThat(usageOfCache(cache).path("paths").asLong()).isEqualTo(40);
        // what was deleted waits a day for another narinfo
        assertThat(usageOfCache(cache).path("storedBytes").asLong()).isEqualTo(60L * FILE);
        run("fold-usage");
        assertThat(run("prove-usage").path("updated").asLong()).isZero();
        assertThat(usageOfTenant(cache).path("storedBytes").asLong()).isEqualTo(60L * FILE);
    }

    @Test
    void putsRightWhatWasCountedWrongly() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        pushed(cache);
        pushed(cache);
        run("fold-usage");
        String caches = "(select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)";
        Rows.ofServer()
                .change(
                        "update cache_usage set paths = 7, stored_bytes = 1 where cache_id in " + caches,
                        cache.tenant());
        Rows.ofServer()
                .change(
                        "delete from held_file where ctid in (select h.ctid from held_file h where h.cache_id in "
                                + caches + " limit 1)",
                        cache.tenant());
        assertThat(run("prove-usage").path("updated").asLong()).isPositive();
        run("fold-usage");
        run("prove-usage");
        assertThat(usageOfCache(cache).path("paths").asLong()).isEqualTo(2);
        assertThat(usageOfCache(cache).path("storedBytes").asLong()).isEqualTo(2L * FILE);
        assertThat(usageOfTenant(cache).path("storedBytes").asLong()).isEqualTo(2L * FILE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"quota\":{\"maxBytes\":0}}            | maxBytes must be a whole number from 1",
                "{\"quota\":{\"maxBytes\":-5}}           | maxBytes must be a whole number from 1",
                "{\"quota\":{\"maxBytes\":\"1 GB\"}}     | maxBytes must be a whole number from 1",
                "{\"quota\":{\"warnAt\":101}}            | warnAt must be a whole number from 1 to 100",
                "{\"quota\":{\"whenFull\":\"wait\"}}     | whenFull must be one of refuse, evict",
                "{\"quota\":{\"evictAfterMinutes\":-1}}  | evictAfterMinutes must be a whole number from 0",
                "{\"quota\":5}                           | quota must be an object",
                "{\"quota\":{\"bytes\":5}}               | There is no field"
            })
    void namesWhatIsWrongWithAQuota(String body, String words) throws Exception {
        HttpResponse<String> answer = new ApiClient("").asAdministrator("PUT", "/api/v1/tenants/quota-of-nobody", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(words);
    }

    @Test
    void refusesATenantThatWouldEvict() throws Exception {
        HttpResponse<String> answer = new ApiClient("")
                .asAdministrator("PUT", "/api/v1/tenants/quota-of-nobody", "{\"quota\":{\"whenFull\":\"evict\"}}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("whenFull of a tenant is refuse");
    }

    @Test
    void recordsAChangeAndTakesBackWhatAGetGave() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String url = "/api/v1/tenants/" + cache.tenant();
        cache.administer("PUT", url, quota(1_000));
        assertThat(events(cache, "tenant-changed")).singleElement().asString().contains("1000");
        cache.administer("PUT", url, cache.administer("GET", url, ""));
        assertThat(events(cache, "tenant-changed")).hasSize(1);
        assertThat(JSON.readTree(cache.administer("PUT", url, "{\"quota\":null}"))
                        .path("quota")
                        .path("maxBytes")
                        .isNull())
                .isFalse();
        assertThat(JSON.readTree(cache.administer("PUT", url, "{\"quota\":{\"maxBytes\":null}}"))
                        .path("quota")
                        .path("maxBytes")
                        .isNull())
                .isTrue();
    }
}
