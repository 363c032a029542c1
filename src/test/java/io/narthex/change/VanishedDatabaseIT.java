package io.narthex.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.BlackHole;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node of the tests' database, whose way to it leads into nothing: no connection is refused and none is closed. */
@ExtendWith(SharedServer.class)
class VanishedDatabaseIT {
    /** More than the pool has connections, so that some wait for one. */
    private static final int AT_ONCE = 30;

    private static final Duration BACK = Duration.ofSeconds(90);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void holdsNoRequestForLongAndIsFoundAgain() throws Exception {
        NixStore store = NixStore.in(directory);
        StorePath hot = store.add("hot", "asked for before");
        URI database = URI.create(System.getProperty("it.db.url").substring("jdbc:".length()));
        Map<String, String> settings = settings(store);
        try (BlackHole way = new BlackHole(database.getPort())) {
            settings.put("NARTHEX_DB_URL", "jdbc:postgresql://127.0.0.1:" + way.port() + database.getPath());
            try (LauncherProcess launcher = LauncherProcess.start(directory.resolve("home"), settings)) {
                assertThat(launcher.awaitBanner()).contains("in nix.conf");
                WireClient wire = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
                WireClient health = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_MANAGEMENT_PORT"));
                String token =
                        Files.readString(directory.resolve("home/admin-token")).strip();
                assertThat(wire.get("/" + hot.hash() + ".narinfo").status()).isEqualTo(200);
                assertThat(statuses(wire, "/api/v1/tenants", token)).containsOnly(200);

                way.vanish();
                // at once, while nobody knows yet
                assertThat(statuses(wire, "/api/v1/tenants", token)).containsOnly(503);
                assertThat(statuses(wire, "/" + "0".repeat(32) + ".narinfo", token))
                        .containsOnly(503);
                assertThat(wire.get("/" + hot.hash() + ".narinfo").status()).isEqualTo(200);
                assertThat(wire.get("/nar/" + hot.hash() + ".nar").status()).isEqualTo(200);
                assertThat(health.get("/health/ready").status()).isEqualTo(503);

                way.comeBack();
                awaitReady(health);
                assertThat(statuses(wire, "/api/v1/tenants", token)).containsOnly(200);
                assertThat(wire.get("/" + "0".repeat(32) + ".narinfo").status()).isEqualTo(404);
            }
        }
    }

    private Map<String, String> settings(NixStore store) throws IOException {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_USER", System.getProperty("it.db.user"));
        settings.put("NARTHEX_DB_PASSWORD", System.getProperty("it.db.password"));
        settings.put("NARTHEX_DB_OWNER_USER", System.getProperty("it.db.owner.user"));
        settings.put("NARTHEX_DB_OWNER_PASSWORD", System.getProperty("it.db.owner.password"));
        settings.put(
                "NARTHEX_MASTER_KEY_FILE",
                Path.of(System.getProperty("it.home")).resolve("master-key").toString());
        settings.put("NARTHEX_NIX_STORE", store.root().toString());
        settings.put("NARTHEX_STORE_NAME", "vanished");
        settings.put("NARTHEX_STALE_SECONDS", "600");
        return settings;
    }

    /** What so many get at once; none waits longer than a {@link WireClient} does. */
    private static List<Integer> statuses(WireClient wire, String url, String token) throws Exception {
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> ask =
                    () -> wire.get(url, "Authorization: Bearer " + token).status();
            for (int i = 0; i < AT_ONCE; i++) {
                answers.add(clients.submit(ask));
            }
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
        }
        return statuses;
    }

    private static void awaitReady(WireClient health) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(BACK);
        while (health.get("/health/ready").status() != 200 && Instant.now().isBefore(end)) {
            Thread.sleep(200);
        }
        assertThat(health.get("/health/ready").status()).isEqualTo(200);
    }
}
