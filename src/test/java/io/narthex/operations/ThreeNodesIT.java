package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes behind the balancer that the product brings, while one restarts, one is killed, the database
 * restarts, and its replica takes over.
 */
class ThreeNodesIT {
    /**
     * Nix's own pause before its second try. Machines of their own start three nodes in fifty of these: one on which that takes longer, since
     * it is all of the machines and the clients too, is given longer in the same measure.
     */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private static final int PAUSES_IN_START = 50;

    /** Enough that each of the nodes takes some. */
    private static final int SOME = 30;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    /** It starts six servers, one beside the others: a machine ten times slower needs a quarter of an hour for that. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void failNobodyAndLoseNothing() throws Exception {
        Instant begun = Instant.now();
        try (ThreeNodes nodes = new ThreeNodes(directory)) {
            Duration started = Duration.between(begun, Instant.now()).dividedBy(PAUSES_IN_START);
            TenantCache cache = nodes.cache();
            List<HandPush> pushed;
            try (ClusterLoad load =
                    new ClusterLoad(cache, nodes.administrator(), started.compareTo(PAUSE) > 0 ? started : PAUSE)) {
                load.awaitPushes(SOME);

                nodes.second().close();
                load.awaitPushes(SOME);
                nodes.second().start();
                load.awaitPushes(SOME);

                nodes.third().kill();
                load.awaitPushes(SOME);
                nodes.third().start();
                load.awaitPushes(SOME);

                nodes.restartDatabase();
                load.awaitPushes(SOME);

                nodes.losePrimary();
                load.awaitPushes(SOME);

                load.stop();
                assertThat(load.failures()).as(nodes::complaints).isEmpty();
                pushed = load.acknowledged();
            }
            for (TenantCache node : nodes.each(cache)) {
                for (HandPush path : pushed) {
                    assertThat(node.get(path.narInfoUrl()).statusCode())
                            .as(path.narInfoUrl())
                            .isEqualTo(200);
                    assertThat(path.get(node).body()).as(path.url()).isEqualTo(path.file());
                }
            }
            assertThat(overlapping(nodes.rows())).isEmpty();
        }
    }

    /** Runs of one job that went on beside each other. */
    private static List<String> overlapping(Rows rows) throws SQLException {
        return rows.texts(
                "select a.job || ' ' || a.id || ' ' || b.id from job_run a join job_run b on a.job = b.job and"
                    + " a.subject = b.subject and a.id < b.id and b.started_at < coalesce(a.ended_at, 'infinity') and"
                    + " a.started_at < coalesce(b.ended_at, 'infinity')");
    }
}
