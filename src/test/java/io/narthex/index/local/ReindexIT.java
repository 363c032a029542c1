package io.narthex.index.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.index.local.ReindexRuns.Found;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.localstore.NixWriter;
import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The reindex job over a store that the real Nix changes, and over one of many rows. */
@ExtendWith(SharedServer.class)
class ReindexIT {
    private static final int MANY = 100_000;

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();
    private final ReindexRuns runs = new ReindexRuns();

    @Test
    void countsWhatIsNewChangedAndGone() throws Exception {
        StorePath changed = served.add("reindex-changed", "to be signed by another");
        StorePath gone = served.add("reindex-gone", "to be deleted");
        runs.run();
        long before = runs.latest();

        served.add("reindex-new-1", "1");
        served.add("reindex-new-2", "2");
        served.add("reindex-new-3", "3");
        served.sign(changed, SecretKey.generate("other-1", new SecureRandom()).toText());
        served.delete(gone);
        runs.run();

        Found found = runs.after(before);
        assertThat(found.added()).isEqualTo(3);
        assertThat(found.updated()).isEqualTo(1);
        assertThat(found.removed()).isEqualTo(1);
    }

    @Test
    void seesEveryPathAndFindsNothingTheSecondTime() throws Exception {
        served.add("reindex-settled", "once");
        runs.run();

        JsonNode run = runs.run();

        assertThat(run.path("seen").asLong()).isEqualTo(count("jdbc:sqlite:" + served.database(), "ValidPaths"));
        assertThat(run.path("added").asLong()).isZero();
        assertThat(run.path("updated").asLong()).isZero();
        assertThat(run.path("removed").asLong()).isZero();
    }

    @Test
    void startsNoRunWhereAToolOnlyLookedAtTheDatabase() throws Exception {
        served.add("reindex-looked-at", "and nothing else");
        emptyLog();
        assertThat(count("jdbc:sqlite:file:" + served.database() + "?mode=ro", "ValidPaths"))
                .isPositive();
        // what such a tool leaves
        assertThat(Path.of(served.database() + "-wal")).isEmptyFile();
        runs.run();
        long before = runs.latest();

        Thread.sleep(12_000); // the timer asks every ten seconds

        assertThat(runs.latest()).isEqualTo(before);
    }

    @Test
    void forgetsWhatNixForgot() throws Exception {
        StorePath path = served.add("reindex-forgotten", "in the index and then not");
        runs.run();
        assertThat(indexed(path)).isEqualTo(1);

        served.delete(path);
        runs.run();

        assertThat(indexed(path)).isZero();
    }

    @Test
    void doesNotCountWhatWasIndexedWhenItWasAskedFor() throws Exception {
        runs.run();
        long before = runs.latest();
        StorePath path = served.add("reindex-asked", "asked for before the run");
        assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(200);
        assertThat(indexed(path)).isEqualTo(1);

        runs.run();

        assertThat(runs.after(before).added() + runs.after(before).updated()).isLessThanOrEqualTo(1);
        assertThat(indexed(path)).isEqualTo(1);
    }

    @Test
    void indexesAndSignsAHundredThousandPathsAndForgetsThem() throws Exception {
        served.add("reindex-many", "makes the database if this test is the first");
        runs.run();
        long before = runs.latest();
        StorePath one = StorePath.parseBaseName(baseName(MANY / 2));
        Path file = served.locate(one);
        try (NixWriter writer = NixWriter.open(served)) {
            writer.begin();
            for (int i = 0; i < MANY; i++) {
                writer.register(baseName(i));
            }
            writer.commit();
            runs.run();
            assertThat(runs.after(before).added()).isEqualTo(MANY);

            Files.writeString(file, "so that it is there at all");
            isSigned(one, wire.get("/" + one.hash() + ".narinfo").text());
        } finally {
            Files.deleteIfExists(file);
            try (NixWriter writer = NixWriter.open(served)) {
                writer.execute("delete from ValidPaths where path like '/nix/store/%-made-up'");
            }
        }
        runs.run();
        // one that the timer started may have taken some of them
        assertThat(runs.after(before).removed()).isEqualTo(MANY);
        assertThat(wire.get("/" + one.hash() + ".narinfo").status()).isEqualTo(404);
    }

    private void isSigned(StorePath path, String narInfo) throws Exception {
        PublicKey key = PublicKey.parse(
                wire.get("/public-key").text().lines().findFirst().orElseThrow());
        Signature signature = narInfo.lines()
                .filter(l -> l.startsWith("Sig: "))
                .map(l -> Signature.parse(l.substring(5)))
                .findFirst()
                .orElseThrow();
        byte[] fingerprint =
                Fingerprint.of(StoreDir.DEFAULT, path, NixHash.ofSha256(new byte[32]), 120, new TreeSet<>());

        assertThat(key.verify(fingerprint, signature)).isTrue();
    }

    /** Spread as the hashes of real paths are. */
    private static String baseName(int number) {
        byte[] hash = ByteBuffer.allocate(20)
                .putLong(0, number * 0x9E3779B97F4A7C15L)
                .putLong(12, number * 0xC2B2AE3D27D4EB4FL)
                .array();
        return NixBase32.encode(hash) + "-made-up";
    }

    private static long indexed(StorePath path) throws Exception {
        return count(
                System.getProperty("it.db.url") + "?user=" + System.getProperty("it.db.user") + "&password="
                        + System.getProperty("it.db.password"),
                "local_path where name = '" + path.name() + "'");
    }

    /** While the server has the database open, Nix leaves what it wrote in the log. */
    private void emptyLog() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:file:" + served.database());
                Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(truncate)");
        }
    }

    private static long count(String url, String from) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
