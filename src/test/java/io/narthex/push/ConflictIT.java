package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Somebody locks what a request needs, and then what the request has: PostgreSQL ends the request's transaction, which
 * is begun again behind the other.
 */
@ExtendWith(SharedServer.class)
class ConflictIT {
    /** As {@code SigningKeys} locks it. */
    private static final String KEYS = "select pg_advisory_xact_lock(x'6e6172746b657973'::bigint)";

    private static final String NODES =
            "select pg_advisory_xact_lock(hashtextextended('node ' || id, 0)) from node order by id";

    private final Rows superuser = Rows.by(URI.create(System.getProperty("it.db.superuser.uri")));
    private final ApiClient api = new ApiClient("");

    @Test
    void makesACacheInASecondTransaction() throws Exception {
        TenantCache neighbour = TenantCache.make("{}");
        String url = "/api/v1/tenants/" + neighbour.tenant() + "/caches/second";

        int status = whileOtherHolds(
                KEYS,
                "select from tenant where name = '" + neighbour.tenant() + "' for update",
                () -> api.asAdministrator("PUT", url, "{}").statusCode());

        assertThat(status).isEqualTo(201);
        assertThat(api.asAdministrator("GET", url).statusCode()).isEqualTo(200);
    }

    @Test
    void publishesAPathInASecondTransaction() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush push = HandPush.small(new Random());
        assertThat(push.putNar(cache)).isEqualTo(201);

        int status = whileOtherHolds(
                NODES,
                "select from cache c join tenant t on t.id = c.tenant_id where t.name = '" + cache.tenant()
                        + "' for update of c",
                () -> push.putNarInfo(cache));

        assertThat(status).isEqualTo(201);
        assertThat(cache.get(push.narInfoUrl()).statusCode()).isEqualTo(200);
    }

    /**
     * What the request answers.
     *
     * @param needed takes what the request comes to wait for
     * @param had takes what the request has then
     */
    private int whileOtherHolds(String needed, String had, Callable<Integer> request) throws Exception {
        try (Connection other = superuser.connect();
                Statement s = other.createStatement()) {
            other.setAutoCommit(false);
            // so that it is not the other that is ended
            s.execute("set local deadlock_timeout = '60s'");
            s.execute(needed);
            CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> called(request));
            awaitWaiter(other);
            s.execute(had);
            other.commit();
            return answer.get();
        }
    }

    private static int called(Callable<Integer> request) {
        try {
            return request.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Until a session waits for that one. */
    private static void awaitWaiter(Connection other) throws SQLException, InterruptedException {
        Instant end = Instant.now().plusSeconds(60);
        try (Statement s = other.createStatement()) {
            while (Instant.now().isBefore(end)) {
                try (var r = s.executeQuery("select from pg_locks l where not l.granted"
                        + " and pg_backend_pid() = any(pg_blocking_pids(l.pid))")) {
                    if (r.next()) {
                        return;
                    }
                }
                Thread.sleep(10);
            }
        }
        throw new AssertionError("the request waits for nothing");
    }
}
