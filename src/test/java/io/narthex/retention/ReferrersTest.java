package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReferrersTest {
    private static byte[] packed(int... paths) {
        ByteBuffer bytes = ByteBuffer.allocate(paths.length * Integer.BYTES);
        bytes.asIntBuffer().put(paths);
        return bytes.array();
    }

    @Test
    void givesAPathOnceAllThatReferToItAreDone() {
        // 30 and 20 refer to 10
        Referrers referrers = new Referrers(new int[] {10, 20, 30});
        referrers.count(packed(10, 10));
        referrers.begin();

        assertThat(referrers.next(10)).containsExactly(20, 30);
        assertThat(referrers.next(10)).isEmpty();
        referrers.done(packed(10));
        assertThat(referrers.next(10)).isEmpty();
        referrers.done(packed(10));
        assertThat(referrers.next(10)).containsExactly(10);
    }

    @Test
    void neverGivesWhatIsNeededByAPathThatIsKept() {
        // 3 refers to 2, and that to 1; 3 is kept
        Referrers referrers = new Referrers(new int[] {1, 2, 3});
        referrers.count(packed(1, 2));
        referrers.begin();

        assertThat(referrers.next(10)).containsExactly(3);
        assertThat(referrers.next(10)).isEmpty();
    }

    @Test
    void takesNoNoticeOfReferencesToWhatIsNoneOfThem() {
        Referrers referrers = new Referrers(new int[] {5});
        referrers.count(packed(4, 6));
        referrers.begin();

        assertThat(referrers.next(1)).containsExactly(5);
        referrers.done(packed(4, 6));
        assertThat(referrers.next(1)).isEmpty();
    }

    @Test
    void givesEveryPathOfARandomGraphBehindItsReferrers() {
        Random random = new Random(3);
        int size = 2_000;
        List<Set<Integer>> references = new ArrayList<>();
        for (int path = 0; path < size; path++) {
            Set<Integer> some = new HashSet<>();
            for (int i = 0; path > 0 && i < random.nextInt(6); i++) {
                some.add(random.nextInt(path));
            }
            references.add(some);
        }
        Referrers referrers = new Referrers(IntStream.range(0, size).toArray());
        references.forEach(some ->
                referrers.count(packed(some.stream().mapToInt(Integer::intValue).toArray())));
        referrers.begin();

        Set<Integer> done = new HashSet<>();
        for (int[] page = referrers.next(100); page.length > 0; page = referrers.next(100)) {
            for (int path : page) {
                assertThat(references.get(path)).noneMatch(done::contains);
                done.add(path);
            }
            for (int path : page) {
                referrers.done(packed(references.get(path).stream()
                        .mapToInt(Integer::intValue)
                        .toArray()));
            }
        }
        assertThat(done).hasSize(size);
    }
}
