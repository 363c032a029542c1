package io.narthex.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.store.StorePathHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PresenceSetTest {
    /** One of many, so that what looks alike by chance is always the same here: nothing. */
    private static final long SEED = 1;

    private final PresenceSet set = new PresenceSet(SEED);

    @Test
    void keepsTheHashesOfSeveralApart() {
        PresenceSet both = new PresenceSet(SEED);
        StorePathHash hash = new StorePathHash(3, 4, 5);
        both.add(1, hash);

        assertThat(both.mayContain(1, hash)).isTrue();
        assertThat(both.mayContain(2, hash)).isFalse();
        assertThat(both.mayContain(0, hash)).isFalse();
    }

    @Test
    void containsWhatWasAddedAndNothingElse() {
        List<StorePathHash> added = hashes(1, 50_000);
        added.forEach(hash -> set.add(0, hash));

        assertThat(added).allMatch(hash -> set.mayContain(0, hash));
        assertThat(hashes(2, 50_000)).noneMatch(hash -> set.mayContain(0, hash));
        assertThat(set.size()).isEqualTo(50_000);
    }

    @Test
    void countsWhatIsAddedTwiceOnce() {
        List<StorePathHash> added = hashes(1, 2_000);
        added.forEach(hash -> set.add(0, hash));
        added.forEach(hash -> set.add(0, hash));

        assertThat(set.size()).isEqualTo(2_000);
    }

    @Test
    void containsNothingAtFirst() {
        assertThat(hashes(1, 100)).noneMatch(hash -> set.mayContain(0, hash));
        assertThat(set.mayContain(0, new StorePathHash(0, 0, 0))).isFalse();
    }

    @Test
    void containsAHashThatBeginsWithZeros() {
        set.add(0, new StorePathHash(0, 1, 1));

        assertThat(set.mayContain(0, new StorePathHash(0, 1, 1))).isTrue();
        assertThat(set.mayContain(0, new StorePathHash(2, 1, 1))).isFalse();
    }

    @Test
    void keepsHashesThatFallOnOnePlace() {
        List<StorePathHash> crowd = new ArrayList<>();
        for (long i = 1; i <= 500; i++) {
            crowd.add(0, new StorePathHash(i << 24, 0, 0));
        }
        crowd.forEach(hash -> set.add(0, hash));

        assertThat(crowd).allMatch(hash -> set.mayContain(0, hash));
        assertThat(set.mayContain(0, new StorePathHash(501L << 24, 0, 0))).isFalse();
    }

    @Test
    void neverLosesWhatIsInItWhileItGrows() throws Exception {
        List<StorePathHash> all = hashes(3, 200_000);
        AtomicInteger added = new AtomicInteger();
        try (ExecutorService looking = Executors.newSingleThreadExecutor()) {
            Future<Integer> missed = looking.submit(() -> {
                int misses = 0;
                while (added.get() < all.size()) {
                    int upTo = added.get();
                    for (int i = Math.max(0, upTo - 1_000); i < upTo; i++) {
                        misses += set.mayContain(0, all.get(i)) ? 0 : 1;
                    }
                }
                return misses;
            });
            for (StorePathHash hash : all) {
                set.add(0, hash);
                added.incrementAndGet();
            }
            assertThat(missed.get(30, TimeUnit.SECONDS)).isZero();
        }
    }

    private static List<StorePathHash> hashes(long seed, int count) {
        Random random = new Random(seed);
        List<StorePathHash> hashes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hashes.add(new StorePathHash(random.nextLong(), random.nextLong(), random.nextInt()));
        }
        return hashes;
    }
}
