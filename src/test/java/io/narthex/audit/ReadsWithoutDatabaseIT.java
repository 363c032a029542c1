package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.WireClient;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read while the database lets nobody in waits in memory. */
class ReadsWithoutDatabaseIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void areWrittenDownOnceItIsBack() throws Exception {
        NixStore store = NixStore.in(directory.resolve("served"));
        StorePath path = store.add("hot", "asked for before");
        Map<String, String> settings =
                Map.of("NARTHEX_NIX_STORE", store.root().toString(), "NARTHEX_STALE_SECONDS", "600");
        try (OwnServer server = OwnServer.start(directory, settings);
                Connection superuser = superuser(server)) {
            WireClient wire = new WireClient(server.url());
            String nar = "/nar/" + path.hash() + ".nar";
            assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(200);
            assertThat(wire.get(nar).status()).isEqualTo(200);
            String downloads = "select count(*)::text from audit.downloads where complete and path = ?";
            await(server, downloads, path, "1");

            RecordDb.execute(superuser, "alter role narthex_app nologin");
            RecordDb.execute(
                    superuser, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'narthex_app'");
            for (int i = 0; i < 5; i++) {
                assertThat(wire.get(nar).status()).isEqualTo(200);
                assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(200);
            }
            awaitLog(server, "event=reads-not-written");
            assertThat(server.rows().texts(downloads, path.baseName())).containsExactly("1");
            RecordDb.execute(superuser, "alter role narthex_app login");

            await(server, downloads, path, "6");
            await(server, "select sum(hits)::text from audit.narinfo_hourly where path = ?", path, "6");
            assertThat(log(server)).doesNotContain("event=reads-dropped");
        }
    }

    private static void await(OwnServer server, String sql, StorePath path, String expected) throws Exception {
        for (int i = 0; i < 900 && !server.rows().texts(sql, path.baseName()).equals(List.of(expected)); i++) {
            Thread.sleep(100);
        }
        assertThat(server.rows().texts(sql, path.baseName())).as(sql).containsExactly(expected);
    }

    private static void awaitLog(OwnServer server, String event) throws Exception {
        for (int i = 0; i < 900 && !log(server).contains(event); i++) {
            Thread.sleep(100);
        }
        assertThat(log(server)).contains(event);
    }

    private static String log(OwnServer server) throws IOException {
        return Files.readString(server.home().resolve("log").resolve("server.log"));
    }

    private static Connection superuser(OwnServer server) throws SQLException {
        URI uri = URI.create(server.superuserUri());
        String[] login = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), login[0], login[1]);
    }
}
