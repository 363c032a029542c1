package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is old and of no use is forgotten, and nothing else. Nobody waits for 400 days: rows are made as old as that. */
@ExtendWith(SharedServer.class)
class ForgetJobIT {
    private static final String CACHE =
            "(select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?)";

    private final Rows rows = Rows.ofServer();
    private final Random random = new Random();

    private static void forget() throws Exception {
        run("forget");
    }

    private static void run(String job) throws Exception {
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run(job);
    }

    private HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(random);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    private static String api(TenantCache cache) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    @Test
    void forgetsRevisionsThatKeepNothing() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        for (int i = 0; i < 4; i++) {
            cache.administer(
                    "PUT",
                    api(cache) + "/pins/web",
                    "{\"path\":\"/nix/store/" + pushed(cache).path().baseName() + "\",\"keepRevisions\":2}");
        }
        String left = "select revision::text from pin_revision r join pin p on p.id = r.pin_id where p.cache_id = "
                + CACHE + " order by revision";
        forget();
        assertThat(rows.texts(left, cache.tenant())).containsExactly("1", "2", "3", "4");
        rows.change(
                "update pin_revision set replaced_at = now() - interval '4000 days' where replaced_at is not null and"
                        + " pin_id in (select p.id from pin p where p.cache_id = " + CACHE + ")",
                cache.tenant());
        forget();
        assertThat(rows.texts(left, cache.tenant())).containsExactly("3", "4");
    }

    @Test
    void forgetsTokensThatEndedAndToWhichNothingRefers() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        pushed(cache);
        String reader = cache.newToken("\"pull\"").split("_", -1)[1];
        String lives = cache.newToken("\"pull\"").split("_", -1)[1];
        String pusher = cache.token().split("_", -1)[1];
        for (String ended : List.of(reader, pusher)) {
            cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/tokens/" + ended, "");
            rows.change("update token set revoked_at = now() - interval '401 days' where public_id = ?", ended);
        }
        forget();
        assertThat(rows.texts(
                        "select k.public_id from token k join tenant t on t.id = k.tenant_id where t.name = ?",
                        cache.tenant()))
                .containsExactlyInAnyOrder(lives, pusher);
    }

    /** One of them does so every hour, so that a database whose large jobs stand still does not fill. */
    @ParameterizedTest
    @ValueSource(strings = {"forget", "forget-identities"})
    void forgetsIdentityTokensOnceTheyOpenNothing(String job) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String token = cache.token().split("_", -1)[1];
        String add = "insert into used_identity_token (digest, until, token_id) select sha256(?::bytea), now() +"
                + " ?::interval, k.id from token k where k.public_id = ?";
        rows.change(add, token + "ended", "-1 minute", token);
        rows.change(add, token + "lives", "10 minutes", token);
        run(job);
        assertThat(rows.texts(
                        "select (u.digest = sha256(?::bytea))::text from used_identity_token u join token k on k.id ="
                                + " u.token_id where k.public_id = ?",
                        token + "lives",
                        token))
                .containsExactly("true");
    }

    private void awaitNoRun(TenantCache cache) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        String running = "select id::text from retention_run where outcome = 'RUNNING' and cache_id = " + CACHE;
        while (!rows.texts(running, cache.tenant()).isEmpty() && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(rows.texts(running, cache.tenant())).isEmpty();
    }

    @Test
    void forgetsRunsOfTheCollectorButTheNewest() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        for (int i = 0; i < 3; i++) {
            cache.administer("POST", api(cache) + "/retention/runs", "{}");
            awaitNoRun(cache);
        }
        rows.change(
                "update retention_run set started_at = started_at - interval '500 days', ended_at = ended_at - interval"
                        + " '500 days' where cache_id = " + CACHE,
                cache.tenant());
        forget();
        assertThat(rows.texts("select id::text from retention_run where cache_id = " + CACHE, cache.tenant()))
                .hasSize(1);
    }
}
