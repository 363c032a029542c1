package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PathBitsTest {
    private final Random random = new Random(7);

    private static PathBits of(int... paths) {
        PathBits bits = new PathBits();
        for (int path : paths) {
            bits.add(path);
        }
        return bits;
    }

    @Test
    void holdsWhatWasAddedAndNothingElse() {
        TreeSet<Integer> model = new TreeSet<>();
        PathBits bits = new PathBits();
        for (int i = 0; i < 10_000; i++) {
            int path = 1 + random.nextInt(200_000);
            model.add(path);
            bits.add(path);
        }
        assertThat(bits.size()).isEqualTo(model.size());
        assertThat(bits.all())
                .containsExactly(model.stream().mapToInt(Integer::intValue).toArray());
        assertThat(bits.has(0)).isFalse();
        assertThat(bits.has(300_000_000)).isFalse();
    }

    @Test
    void givesPagesBehindAPlaceWithoutWhatIsInTheOther() {
        PathBits all = of(1, 2, 63, 64, 65, 127, 128, 5_000);
        PathBits done = of(2, 64, 5_000, 900_000);

        assertThat(all.page(done, 0, 3)).containsExactly(1, 63, 65);
        assertThat(all.page(done, 65, 3)).containsExactly(127, 128);
        assertThat(all.page(done, 128, 3)).isEmpty();
        assertThat(all.page(done, 63, 1)).containsExactly(65);
    }

    @Test
    void givesWhatLiesBetweenTwoNumbers() {
        PathBits all = of(1, 2, 63, 64, 65, 127, 128, 5_000);

        assertThat(all.between(of(64), 1, 127)).containsExactly(2, 63, 65, 127);
        assertThat(all.between(of(64), 128, 4_999)).isEmpty();
        assertThat(all.between(of(), 0, 1_000_000)).containsExactly(1, 2, 63, 64, 65, 127, 128, 5_000);
        assertThat(all.last()).isGreaterThanOrEqualTo(5_000);
    }

    @Test
    void subtractsAndIntersectsSetsOfDifferentLengths() {
        PathBits small = of(1, 70);
        PathBits large = of(70, 100_000);

        assertThat(large.without(small).all()).containsExactly(100_000);
        assertThat(small.without(large).all()).containsExactly(1);
        assertThat(small.with(large).all()).containsExactly(70);
        assertThat(large.with(small).all()).containsExactly(70);
    }

    @Test
    void comesBackFromItsBytes() {
        PathBits bits = of(1, 64, 99_999);

        assertThat(PathBits.of(bits.toBytes()).all()).containsExactly(1, 64, 99_999);
        assertThat(PathBits.of(new PathBits().toBytes()).all()).isEmpty();
        assertThat(bits.toBytes()).hasSize((99_999 / 64 + 1) * 8);
    }

    @Test
    void takesPackedNumbers() {
        PathBits bits = new PathBits();
        bits.addAll(new byte[] {0, 0, 0, 3, 0, 1, 0, 0});

        assertThat(bits.all()).containsExactly(3, 65_536);
    }
}
