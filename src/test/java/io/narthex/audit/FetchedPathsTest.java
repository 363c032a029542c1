package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FetchedPathsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:34:56Z");

    private final FetchedPaths fetched = new FetchedPaths();

    @Test
    void givesEachPathOnce() {
        assertThat(fetched.fresh(List.of(of(2, "a-1"), of(2, "b-1"), of(2, "a-1"), of(3, "a-1")), NOW)
                        .paths())
                .extracting(p -> p.cacheId() + p.path())
                .containsExactly("2a-1", "2b-1", "3a-1");
    }

    @Test
    void givesWhatIsNotedAgainInTheNextHourOnly() {
        fetched.noted(fetched.fresh(List.of(of(2, "a-1")), NOW));

        assertThat(fetched.fresh(List.of(of(2, "a-1"), of(2, "b-1")), NOW.plusSeconds(60))
                        .paths())
                .extracting(FetchedPaths.Fetched::path)
                .containsExactly("b-1");
        assertThat(fetched.fresh(List.of(of(2, "a-1")), NOW.plusSeconds(3600)).paths())
                .hasSize(1);
    }

    @Test
    void givesWhatCouldNotBeNotedAgain() {
        fetched.fresh(List.of(of(2, "a-1")), NOW);

        assertThat(fetched.fresh(List.of(of(2, "a-1")), NOW.plusSeconds(1)).paths())
                .hasSize(1);
    }

    private static Download of(int cacheId, String path) {
        return new Download(NOW, 1, cacheId, path, null, null, 10, true);
    }
}
