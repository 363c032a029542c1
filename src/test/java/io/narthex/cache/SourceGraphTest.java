package io.narthex.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.cache.OtherSource.OfCache;
import io.narthex.cache.OtherSource.OfUpstream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceGraphTest {
    private final SourceGraph graph = new SourceGraph();

    private static OfCache cache(String name) {
        return new OfCache("t/" + name);
    }

    @Test
    void findsACacheThatListsItself() {
        graph.add("t/a", List.of(cache("a")));

        assertThat(graph.circleOf("t/a")).isEqualTo(cache("a"));
    }

    @Test
    void findsACircleThroughOthersAndNamesItsOwnSource() {
        graph.add("t/a", List.of(new OfUpstream("b"), cache("x"), cache("b")));
        graph.add("t/b", List.of(cache("c")));
        graph.add("t/c", List.of(cache("a")));

        assertThat(graph.circleOf("t/a")).isEqualTo(cache("b"));
    }

    @Test
    void takesWhatIsListedTwiceForNoCircle() {
        graph.add("t/a", List.of(cache("b"), cache("c")));
        graph.add("t/b", List.of(cache("d")));
        graph.add("t/c", List.of(cache("d")));

        assertThat(graph.circleOf("t/a")).isNull();
    }

    @Test
    void countsWhatIsAskedAsOftenAsItIsAsked() {
        // each level asks the next one twice: 2 + 4 + 8 + 16 + 32
        for (int level = 0; level < 5; level++) {
            graph.add("t/l" + level, List.of(cache("x" + level), cache("y" + level)));
            graph.add("t/x" + level, List.of(cache("l" + (level + 1))));
            graph.add("t/y" + level, List.of(cache("l" + (level + 1))));
        }

        assertThat(graph.isTooLarge()).isTrue();
    }

    @Test
    void takesAsManySourcesAsMayBe() {
        List<OtherSource> sources = new ArrayList<>();
        for (int i = 0; i < SourceGraph.MOST; i++) {
            sources.add(cache("s" + i));
        }
        graph.add("t/a", sources);
        assertThat(graph.isTooLarge()).isFalse();

        SourceGraph more = new SourceGraph();
        more.add("t/a", sources);
        more.add("t/s0", List.of(new OfUpstream("u")));

        assertThat(more.isTooLarge()).isTrue();
    }
}
