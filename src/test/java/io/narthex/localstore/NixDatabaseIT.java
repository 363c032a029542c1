package io.narthex.localstore;

import static io.narthex.localstore.LyingDatabase.listing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.it.NixStore;
import io.narthex.localstore.LyingDatabase.Lying;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads databases that the real Nix made, in each state in which a reader may find them. */
class NixDatabaseIT {
    private static final String A = "a".repeat(32);
    private static final String B = "b".repeat(32);
    private static final String C = "c".repeat(32);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private NixStore store;

    @SuppressWarnings("NullAway.Init") // set before each test
    private NixDatabase database;

    @BeforeEach
    void open() throws IOException {
        store = NixStore.in(directory);
        store.add("first", "makes the database");
        database = new NixDatabase(store.database(), StoreDir.DEFAULT);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void readsEveryFieldThatNixRegistered() throws Exception {
        Instant before = Instant.ofEpochSecond(Instant.now().getEpochSecond());
        StorePath path =
                store.build("derivation { name = \"built\"; system = \"builtin\"; builder = \"builtin:buildenv\";"
                        + " derivations = \"\"; manifest = builtins.toFile \"manifest\" \"x\"; }");
        store.sign(path, SecretKey.generate("other-1", new SecureRandom()).toText());

        ValidPath found = database.find(path.hash()).orElseThrow();

        assertThat(found.path()).isEqualTo(path);
        assertThat(found.narSize()).isEqualTo(store.dump(path).length);
        assertThat(found.narHash().toNix32()).isEqualTo(query(path, "--hash"));
        assertThat(found.registeredAt()).isBetween(before, Instant.now());
        assertThat(found.deriver().map(NixStore::path)).contains(query(path, "--deriver"));
        assertThat(found.references()).map(NixStore::path).containsExactly(query(path, "--references"));
        assertThat(found.signatures()).hasSize(1).allMatch(s -> s.toString().startsWith("other-1:"));
        assertThat(found.contentAddress()).isEmpty();
    }

    @Test
    void readsWhatAPathIsAddressedBy() throws Exception {
        StorePath path = store.evaluate("builtins.toFile \"text\" \"contents\"");

        assertThat(database.find(path.hash()).orElseThrow().contentAddress())
                .hasValueSatisfying(ca -> assertThat(ca).startsWith("text:sha256:"));
    }

    @Test
    void findsNothingUnderAnotherHash() {
        assertThat(database.find(hash("0".repeat(32)))).isEmpty();
        assertThat(database.find(hash("z".repeat(32)))).isEmpty();
    }

    @Test
    void readsWhileAWriterHoldsTheLog() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            assertThat(log()).exists();

            assertThat(database.find(hash(A))).isPresent();
            writer.register(B + "-b");
            assertThat(database.find(hash(B))).isPresent();
        }
        assertThat(database.find(hash(B))).isPresent();
    }

    @Test
    void seesNoRowBeforeItIsCommitted() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            writer.begin();
            writer.register(B + "-b");
            assertThat(database.find(hash(B))).isEmpty();
            writer.commit();
            assertThat(database.find(hash(B))).isPresent();
        }
    }

    @Test
    void seesWhatTheLastWriterLeftWhenItsLogIsGone() throws Exception {
        assertThat(database.find(hash(A))).isEmpty();
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
        }
        assertThat(log()).doesNotExist();

        assertThat(database.find(hash(A))).isPresent();
    }

    @Test
    void readsWhatAKilledWriterLeft() throws Exception {
        Path left = Files.createDirectories(directory.resolve("left"));
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            for (String end : List.of("", "-wal", "-shm")) {
                Files.copy(Path.of(store.database() + end), left.resolve("db.sqlite" + end));
            }
        }

        try (NixDatabase copy = new NixDatabase(left.resolve("db.sqlite"), StoreDir.DEFAULT)) {
            assertThat(copy.find(hash(A))).isPresent();
        }
    }

    @Test
    void readsALogWhoseIndexIsGone() throws Exception {
        Path left = Files.createDirectories(directory.resolve("left"));
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            for (String end : List.of("", "-wal")) {
                Files.copy(Path.of(store.database() + end), left.resolve("db.sqlite" + end));
            }
        }
        var before = listing(left);

        try (NixDatabase copy = new NixDatabase(left.resolve("db.sqlite"), StoreDir.DEFAULT)) {
            assertThat(copy.find(hash(A))).isPresent();
            long stamp = copy.stamp();
            assertThat(copy.find(hash(A))).isPresent();
            assertThat(copy.stamp()).isEqualTo(stamp);
        }
        assertThat(listing(left)).isEqualTo(before);
    }

    @Test
    void createsNothingWhereThereIsNoLog() throws Exception {
        Path db = store.databaseDirectory();
        var before = listing(db);

        askEverything(database);
        database.close();

        assertThat(listing(db)).isEqualTo(before);
    }

    @Test
    void createsNothingBesideALog() throws Exception {
        Path db = store.databaseDirectory();
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            var before = listing(db);

            askEverything(database);
            database.close();

            assertThat(listing(db)).isEqualTo(before);
        }
    }

    @Test
    void createsNothingWhereAWriterWasKilled() throws Exception {
        Path left = Files.createDirectories(directory.resolve("left"));
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            for (String end : List.of("", "-wal", "-shm")) {
                Files.copy(Path.of(store.database() + end), left.resolve("db.sqlite" + end));
            }
        }
        var before = listing(left);

        try (NixDatabase copy = new NixDatabase(left.resolve("db.sqlite"), StoreDir.DEFAULT)) {
            askEverything(copy);
        }

        assertThat(listing(left)).isEqualTo(before);
    }

    @Test
    void createsNothingWhereThereIsNoDatabase() throws Exception {
        Path nowhere = directory.resolve("nowhere");

        try (NixDatabase none = new NixDatabase(nowhere.resolve("db.sqlite"), StoreDir.DEFAULT)) {
            askEverything(none);
        }

        assertThat(nowhere).doesNotExist();
    }

    @Test
    void answersNothingWhereThereIsNoDatabase() {
        try (NixDatabase none = new NixDatabase(directory.resolve("nowhere/db.sqlite"), StoreDir.DEFAULT)) {
            assertThat(none.exists()).isFalse();
            assertThat(none.find(hash(A))).isEmpty();
            assertThat(none.page(0, 10)).isEmpty();
            assertThat(none.maxId()).isZero();
        }
    }

    @Test
    void findsADatabaseThatAppearsLater() throws Exception {
        NixStore later = NixStore.in(directory.resolve("later"));
        try (NixDatabase database = new NixDatabase(later.database(), StoreDir.DEFAULT)) {
            long absent = database.stamp();
            assertThat(database.exists()).isFalse();

            StorePath path = later.add("later", "made now");

            awaitOther(database, absent);
            assertThat(database.exists()).isTrue();
            assertThat(database.find(path.hash())).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsADatabaseThatTookItsPlace(boolean withLog) throws Exception {
        NixStore other = NixStore.in(directory.resolve("other"));
        StorePath path = other.add("in-the-other", "text");
        assertThat(database.find(path.hash())).isEmpty();
        long before = database.stamp();

        Files.move(other.database(), store.database(), StandardCopyOption.ATOMIC_MOVE);

        if (withLog) {
            try (NixWriter writer = NixWriter.open(store)) {
                writer.register(A + "-a");
                assertThat(database.find(path.hash())).isPresent();
            }
        }
        assertThat(database.find(path.hash())).isPresent();
        awaitOther(database, before);
    }

    @Test
    void readsADatabaseThatTookThePlaceOfOneWithALog() throws Exception {
        NixStore other = NixStore.in(directory.resolve("other"));
        StorePath path = other.add("in-the-other", "text");
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            assertThat(database.find(hash(A))).isPresent();
        }
        Files.deleteIfExists(log()); // who restores a database takes the old one's log away, or SQLite mixes them
        Files.deleteIfExists(Path.of(store.database() + "-shm"));

        Files.move(other.database(), store.database(), StandardCopyOption.ATOMIC_MOVE);

        assertThat(database.find(hash(A))).isEmpty();
        assertThat(database.find(path.hash())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "sha256:020ay2q1av2xs4n842rb3d7vz8qms1dcb87a5yd6azaci20x11lz",
                "sha256-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
                "sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
            })
    void readsAHashInAnyEncoding(String text) throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a", text, 120L, null, null);
        }

        Optional<NixHash> read = database.find(hash(A)).map(ValidPath::narHash);

        assertThat(read)
                .contains(NixHash.parse("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "junk",
                "sha256:",
                "md5:098f6bcd4621d373cade4e832627b4f6",
                "sha512:ee26b0dd4af7e749aa1a8ee3c10ae9923f618980772e473f8819a5d4940e0db27ac185f8a0e1d5f84f88bc887fd67b143732c304cc5fa9ad8e6f57f50028a8ff"
            })
    void leavesOutAPathWhoseHashNobodyCanCheck(String text) throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a", text, 120L, null, null);
            writer.register(B + "-b");
        }

        assertThat(database.find(hash(A))).isEmpty();
        assertThat(database.page(0, 10))
                .extracting(p -> p.path().hash())
                .contains(hash(B))
                .doesNotContain(hash(A));
    }

    @Test
    void leavesOutAPathWithoutASizeButCountsItsRow() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a", "sha256:" + "0".repeat(64), null, null, null);
        }
        long last = database.maxId();

        assertThat(database.page(last - 1, 10)).isEmpty();
        assertThat(database.digests(last - 1, 10)).containsOnlyKeys(last);
    }

    @Test
    void leavesOutSignaturesThatAreNone() throws Exception {
        String good = SecretKey.generate("good-1", new SecureRandom())
                .sign(new byte[1])
                .toString();
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(
                    A + "-a", "sha256:" + "0".repeat(64), 1L, null, "junk  :x name: n:!!! " + good + " short:AAAA");
        }

        assertThat(database.find(hash(A)).orElseThrow().signatures())
                .extracting(Object::toString)
                .containsExactly(good);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown-deriver", "", "/nix/store/x", "/elsewhere/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a.drv"})
    void hasNoDeriverWhereNoneIsNamed(String deriver) throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a", "sha256:" + "0".repeat(64), 1L, deriver, null);
        }

        assertThat(database.find(hash(A)).orElseThrow().deriver()).isEmpty();
    }

    @Test
    void pagesThroughAllPathsInTheOrderOfRegistration() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            for (String letter : List.of("z", "a", "m", "b", "y")) {
                writer.register(letter.repeat(32) + "-x");
            }
        }
        List<String> names = new ArrayList<>();
        long after = database.maxId() - 5;

        for (List<ValidPath> page = database.page(after, 2); !page.isEmpty(); page = database.page(after, 2)) {
            page.forEach(p -> names.add(p.path().baseName().substring(0, 1)));
            after = page.getLast().id();
        }

        assertThat(names).containsExactly("z", "a", "m", "b", "y");
    }

    @Test
    void givesEachPathOfAPageItsOwnReferences() throws Exception {
        StorePath top = store.evaluate("builtins.toFile \"top\" \"${builtins.toFile \"middle\""
                + " \"${builtins.toFile \"bottom\" \"\"}\"}\"");

        List<ValidPath> paths = database.page(database.maxId() - 3, 10);

        assertThat(paths).extracting(p -> p.path().name()).containsExactly("bottom", "middle", "top");
        assertThat(paths).extracting(p -> p.references().size()).containsExactly(0, 1, 1);
        assertThat(paths.getLast().path()).isEqualTo(top);
        assertThat(paths.getLast().references()).containsExactly(paths.get(1).path());
    }

    @Test
    void handsOverThePresenceOfWhatCameLater() throws Exception {
        long before = database.maxId();
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            writer.register(B + "-b");
        }
        List<StorePathHash> hashes = new ArrayList<>();

        database.presence(before, (id, hash) -> hashes.add(hash));

        assertThat(hashes).containsExactly(hash(A), hash(B));
    }

    @ParameterizedTest
    @EnumSource
    void keepsItsStampHoweverTheFilesLie(Lying lying) throws Exception {
        try (LyingDatabase lies = LyingDatabase.in(lying, store, NixStore.in(directory.resolve("lying")), A + "-a");
                NixDatabase database = lies.open()) {
            var before = lies.listing();

            long stamp = keepsItsStamp(database);

            assertThat(lies.listing()).isEqualTo(before);
            lies.register(B + "-b");
            awaitOther(database, stamp);
            assertThat(database.find(hash(B))).isPresent();
            keepsItsStamp(database);
        }
    }

    private static long keepsItsStamp(NixDatabase database) {
        long stamp = database.stamp();
        assertThat(database.find(hash(A))).isPresent();
        assertThat(stampsOfAWhile(database)).containsOnly(stamp);
        assertThat(database.find(hash(C))).isEmpty();
        assertThat(database.stamp()).isEqualTo(stamp);
        return stamp;
    }

    @Test
    void keepsItsStampWhileNothingChanges() throws Exception {
        long without = database.stamp();
        assertThat(stampsOfAWhile()).containsOnly(without);
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            awaitOther(database, without);
            long with = database.stamp();
            askEverything(database);
            assertThat(stampsOfAWhile()).containsOnly(with);
        }
    }

    @Test
    void hasAnotherStampAfterEveryKindOfChange() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(A + "-a");
            for (String change : List.of(
                    "update ValidPaths set sigs = 'x' where path like '%" + A + "%'",
                    "delete from ValidPaths where path like '%" + A + "%'",
                    "insert into ValidPaths (path, hash, registrationTime) values ('/nix/store/" + C + "-c', 'x', 1)",
                    "pragma wal_checkpoint(truncate)")) {
                long before = database.stamp();
                if (change.startsWith("pragma")) {
                    writer.register(B + "-b");
                }
                writer.execute(change);
                awaitOther(database, before);
            }
        }
    }

    @Test
    void hasAnotherStampAfterNixRan() throws Exception {
        long before = database.stamp();

        store.add("second", "more");

        awaitOther(database, before);
    }

    @Test
    void cannotReadWhatIsNoDatabase() throws Exception {
        Path file = Files.writeString(
                directory.resolve("db.sqlite"), "no database at all, and longer than its head ".repeat(100));
        try (NixDatabase none = new NixDatabase(file, StoreDir.DEFAULT)) {
            assertThatThrownBy(() -> none.find(hash(A))).isInstanceOf(StoreUnreadableException.class);
            assertThatThrownBy(none::maxId).isInstanceOf(StoreUnreadableException.class);
        }
    }

    @Test
    void readsAFileWithAnOddName() throws Exception {
        StorePath path = store.add("odd", "text");
        Path odd = Files.createDirectories(directory.resolve("odd ?mode=rwc&x#%41 ü"))
                .resolve("db.sqlite");
        Files.copy(store.database(), odd);
        try (NixDatabase database = new NixDatabase(odd, StoreDir.DEFAULT)) {
            assertThat(database.find(path.hash())).isPresent();
        }
    }

    @Test
    void isReadByManyWhileItIsWritten() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(readers.submit(() -> {
                    int seen = 0;
                    while (!done.get()) {
                        int now = database.page(0, 1_000).size();
                        assertThat(now).isGreaterThanOrEqualTo(seen);
                        seen = now;
                        database.stamp();
                    }
                    return database.page(0, 1_000).size();
                }));
            }
            for (int i = 0; i < 60; i++) { // each a writer of its own, so that the log comes and goes
                try (NixWriter writer = NixWriter.open(store)) {
                    writer.register(NixHash.ofSha256(new byte[32]).nix32().substring(0, 30)
                            + (char) ('0' + i / 10)
                            + (char) ('0' + i % 10)
                            + "-x");
                }
            }
            done.set(true);
            for (Future<Integer> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(61);
            }
        }
    }

    private static void askEverything(NixDatabase database) {
        database.exists();
        database.find(hash(A));
        database.page(0, 10);
        database.presence(0, (id, hash) -> {});
        database.maxId();
        database.stamp();
    }

    private static StorePathHash hash(String text) {
        return StorePathHash.parse(text);
    }

    private Path log() {
        return Path.of(store.database() + "-wal");
    }

    private String query(StorePath path, String what) throws IOException {
        return store.run("nix-store", "--store", store.uri(), "-q", what, NixStore.path(path))
                .strip();
    }

    /** Long enough for the stamp to be made anew several times. */
    private List<Long> stampsOfAWhile() {
        return stampsOfAWhile(database);
    }

    private static List<Long> stampsOfAWhile(NixDatabase database) {
        List<Long> stamps = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10);
        while (System.nanoTime() < end) {
            stamps.add(database.stamp());
        }
        return stamps;
    }

    private static void awaitOther(NixDatabase database, long stamp) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (database.stamp() == stamp && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(database.stamp()).isNotEqualTo(stamp);
    }
}
