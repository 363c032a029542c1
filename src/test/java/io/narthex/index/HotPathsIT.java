package io.narthex.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.cache.SampleCache;
import io.narthex.change.Heartbeat;
import io.narthex.index.local.LocalMemory;
import io.narthex.it.NixStore;
import io.narthex.localstore.LyingDatabase;
import io.narthex.localstore.LyingDatabase.Lying;
import io.narthex.localstore.NixDatabase;
import io.narthex.localstore.NixWriter;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HotPathsIT {
    private static final String FIRST = "a".repeat(32);
    private static final String SECOND = "b".repeat(32);
    private static final String THIRD = "c".repeat(32);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore store;
    private NixDatabase nix;
    private LocalMemory memory;
    private HotPaths hot;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void open() throws Exception {
        store = NixStore.in(directory.resolve("one"));
        store.add("anything", "so that there is a database");
        nix = new NixDatabase(store.database(), StoreDir.DEFAULT);
        Heartbeat heartbeat = new Heartbeat(TimeUnit.HOURS.toNanos(1));
        memory = new LocalMemory(nix, heartbeat);
        hot = new HotPaths(heartbeat, new AllOpen(), List.of(memory));
    }

    @Test
    void doesNotCallAbsentWhatItHasNotLookedFor() {
        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(FIRST))).isFalse();
    }

    @Test
    void callsAbsentWhatTheStoreDoesNotHave() {
        memory.catchUp();

        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(FIRST))).isTrue();
    }

    @Test
    void doesNotCallAbsentWhatWasRegisteredSince() throws Exception {
        memory.catchUp();
        register(store, FIRST);

        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(FIRST))).isFalse();
        memory.catchUp();
        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(FIRST))).isFalse();
        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(SECOND))).isTrue();
    }

    @Test
    void looksAnewWhenAnotherDatabaseTakesTheFirstOnesPlace() throws Exception {
        register(store, FIRST);
        register(store, SECOND);
        memory.catchUp();
        NixStore other = NixStore.in(directory.resolve("two"));
        other.add("anything", "so that there is a database");
        register(other, THIRD);
        nix.close();
        Files.deleteIfExists(store.database().resolveSibling("db.sqlite-wal"));
        Files.deleteIfExists(store.database().resolveSibling("db.sqlite-shm"));
        Files.delete(store.database());
        Files.move(other.database(), store.database());

        memory.catchUp();

        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(THIRD))).isFalse();
        assertThat(hot.isAbsent(SampleCache.LOCAL, StorePathHash.parse(FIRST))).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void answersWithoutTheIndexHoweverTheFilesLie(Lying lying) throws Exception {
        StorePath path = StorePath.parseBaseName(FIRST + "-x");
        try (LyingDatabase lies =
                        LyingDatabase.in(lying, store, NixStore.in(directory.resolve("lying")), path.baseName());
                NixDatabase database = lies.open()) {
            SampleIndex index = new SampleIndex(database);
            index.remember(path, NixHash.ofSha256(new byte[32]), 120);

            assertThat(questionsToTheIndex(index, path)).isZero();

            lies.register(SECOND + "-x");
            assertThat(questionsToTheIndex(index, path)).isPositive();
            index.remember(path, NixHash.ofSha256(new byte[32]), 120);
            assertThat(questionsToTheIndex(index, path)).isZero();
        }
    }

    /** How many of a hundred requests for the path memory does not answer; a stamp may be as old as the pause between two. */
    private static int questionsToTheIndex(SampleIndex index, StorePath path) throws InterruptedException {
        int questions = 0;
        for (int i = 0; i < 100; i++) {
            if (index.hot().current(SampleCache.LOCAL, path.hash()) == null) {
                questions++;
            }
            Thread.sleep(1);
        }
        return questions;
    }

    private static void register(NixStore store, String hash) throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.register(hash + "-x");
        }
        // longer than a stamp may be old
        Thread.sleep(5);
    }
}
