package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL ends without a word, and what clients were told still holds. */
class KilledDatabaseIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int AWAY = 503;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    /** A call that is answered by 503 until the database is back. */
    private interface Call {
        int status() throws IOException, InterruptedException;
    }

    @Test
    void takesTheNarInfoOfANarThatItAnsweredBefore() throws Exception {
        Random random = new Random(1);
        HandPush atOnce = HandPush.small(random);
        HandPush onceKept = HandPush.small(random);
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{}");
            server.keepCommits();

            assertThat(answered(() -> atOnce.putNar(cache))).isEqualTo(201);
            server.killDatabase();
            assertThat(answered(() -> atOnce.putNarInfo(cache))).isEqualTo(201);

            assertThat(answered(() -> onceKept.putNar(cache))).isEqualTo(201);
            awaitRow(server, onceKept);
            server.killDatabase();
            assertThat(answered(() -> onceKept.putNarInfo(cache))).isEqualTo(201);
        }
    }

    private static int answered(Call call) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        int status = call.status();
        while (status == AWAY && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            status = call.status();
        }
        return status;
    }

    private static void awaitRow(OwnServer server, HandPush push) throws SQLException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (server.rows()
                        .texts("select file_name from staged_nar where 'nar/' || file_name = ?", push.url())
                        .isEmpty()
                && Instant.now().isBefore(end)) {
            Thread.sleep(10);
        }
    }
}
