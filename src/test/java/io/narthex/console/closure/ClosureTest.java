package io.narthex.console.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.narthex.nix.store.StorePath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a closure is drawn. */
class ClosureTest {
    private static StorePath path(int number) {
        return StorePath.parseBaseName(("0".repeat(28) + (1000 + number)) + "-p" + number);
    }

    private static Closure closure(long[] sizes, Map<Integer, List<Integer>> references) {
        Map<StorePath, Closure.Member> members = new LinkedHashMap<>();
        for (int i = 0; i < sizes.length; i++) {
            members.put(
                    path(i),
                    new Closure.Member(
                            sizes[i],
                            references.getOrDefault(i, List.of()).stream()
                                    .map(ClosureTest::path)
                                    .toList()));
        }
        return new Closure(path(0), members, false);
    }

    @Test
    void showsTheLargestFirstAndNothingTwice() {
        Closure diamond = closure(new long[] {1, 10, 20, 300}, Map.of(0, List.of(1, 2), 1, List.of(3), 2, List.of(3)));

        assertThat(ClosureTree.lines(diamond))
                .containsExactly(
                        new ClosureTree.Line(path(0), 0, 1, 331, false),
                        new ClosureTree.Line(path(2), 1, 20, 320, false),
                        new ClosureTree.Line(path(3), 2, 300, 300, false),
                        new ClosureTree.Line(path(1), 1, 10, 310, false),
                        new ClosureTree.Line(path(3), 2, 300, 300, true));
    }

    @Test
    void endsWhereReferencesGoRoundInACircle() {
        Closure circle = closure(new long[] {1, 2, 4}, Map.of(0, List.of(1), 1, List.of(2), 2, List.of(0)));

        assertThat(ClosureTree.lines(circle))
                .extracting(ClosureTree.Line::withAll)
                .containsExactly(7L, 7L, 7L, 7L);
        assertThat(ClosureTree.lines(circle).getLast().again()).isTrue();
    }

    @Test
    void writesNoMoreLinesThanAPageBears() {
        int many = 2_000;
        Closure wide = closure(
                IntStream.range(0, many).mapToLong(i -> 1).toArray(),
                Map.of(0, IntStream.range(1, many).boxed().toList()));

        assertThat(ClosureTree.lines(wide)).hasSize(300);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 40, 41, 500})
    void coversTheWholePictureWithAreasOfTheSizes(int count) {
        Random random = new Random(count);
        long[] sizes = IntStream.range(0, count)
                .mapToLong(i -> 1 + (long) Math.exp(random.nextDouble() * 20))
                .toArray();
        Closure closure = closure(sizes, Map.of());

        List<Treemap.Area> areas = Treemap.of(closure);

        assertThat(areas).hasSize(Math.min(count, 41));
        assertThat(areas.stream().mapToLong(Treemap.Area::narSize).sum()).isEqualTo(closure.narSize());
        double unit = Treemap.WIDTH * Treemap.HEIGHT / closure.narSize();
        assertThat(areas).allSatisfy(area -> {
            assertThat(area.width() * area.height()).isCloseTo(area.narSize() * unit, within(0.01));
            assertThat(area.x()).isGreaterThanOrEqualTo(0);
            assertThat(area.y()).isGreaterThanOrEqualTo(0);
            assertThat(area.x() + area.width()).isLessThanOrEqualTo(Treemap.WIDTH + 0.01);
            assertThat(area.y() + area.height()).isLessThanOrEqualTo(Treemap.HEIGHT + 0.01);
        });
        for (int i = 0; i < areas.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(common(areas.get(i), areas.get(j))).isLessThan(0.01);
            }
        }
    }

    private static double common(Treemap.Area a, Treemap.Area b) {
        double width = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x());
        double height = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y());
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
