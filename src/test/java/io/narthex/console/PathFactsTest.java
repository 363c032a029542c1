package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.console.PathPage.Reason;
import io.narthex.retention.Explanation;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathFactsTest {
    private static final Instant THEN = Instant.parse("2027-01-31T12:00:00Z");

    private static Explanation because(String kind, @Nullable Instant until, boolean more) {
        return new Explanation(
                true, null, List.of(new Explanation.Root(kind, "current", 7, until, List.of("/nix/store/x"))), more);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        pin       | The pin current, revision 7, until 2027-01-31 12:00 UTC
        use       | It was used, until 2027-01-31 12:00 UTC
        hold      | A legal hold, until 2027-01-31 12:00 UTC
        promotion | A promotion published it, until 2027-01-31 12:00 UTC
        referrer  | What needs it is to go too, until 2027-01-31 12:00 UTC
        """)
    void saysWhyAPathIsKeptAndUntilWhen(String kind, String sentence) {
        assertThat(PathFacts.reasons(because(kind, THEN, false)))
                .containsExactly(new Reason(sentence, List.of("/nix/store/x")));
    }

    @Test
    void saysWhatIsKeptForEver() {
        assertThat(PathFacts.reasons(because("forever", null, false)))
                .extracting(Reason::sentence)
                .containsExactly("The cache keeps it for ever");
        assertThat(PathFacts.reasons(because("promotion", null, false)))
                .extracting(Reason::sentence)
                .containsExactly("A promotion published it");
    }

    @Test
    void saysThatThereMayBeMoreReasons() {
        assertThat(PathFacts.reasons(because("pin", null, true)))
                .extracting(Reason::sentence)
                .containsExactly("The pin current, revision 7", "There may be more.");
    }

    @Test
    void saysNoMoreOfItsEndThanIsKnown() {
        assertThat(PathFacts.retention(goes(false)))
                .isEqualTo("If nobody uses it until then, it goes at 2027-01-31 12:00 UTC.");
        assertThat(PathFacts.retention(goes(true))).isEqualTo("It stays until 2027-01-31 12:00 UTC at least.");
    }

    private static Explanation goes(boolean more) {
        return new Explanation(true, THEN, List.of(), more);
    }
}
