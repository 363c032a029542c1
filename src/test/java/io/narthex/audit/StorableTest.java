package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorableTest {
    @ParameterizedTest
    @CsvSource({
        "plain text, plain text",
        "a\u0000b, a\uFFFDb",
        "a\uD800b, a\uFFFDb",
        "\uDC00, \uFFFD",
        "\uD83D\uDE00, \uD83D\uDE00",
        "\u0007, \u0007"
    })
    void putsAnotherCharacterForWhatNoDatabaseKeeps(String given, String kept) {
        assertThat(Storable.text(given)).isEqualTo(kept);
    }

    @Test
    void cutsWhatIsTooLongEvenWithinAPair() {
        String given = "x".repeat(Storable.LONGEST - 1) + "\uD83D\uDE00" + "y";

        assertThat(Storable.text(given)).isEqualTo("x".repeat(Storable.LONGEST - 1) + "\uFFFD…");
    }

    @Test
    void looksIntoWhatADetailHolds() {
        Map<String, Object> kept =
                Storable.detail(Map.of("na\u0000me", List.of(Map.of("inner", "a\u0000"), 7, true), "number", 3.5));

        assertThat(kept).isEqualTo(Map.of("na\uFFFDme", List.of(Map.of("inner", "a\uFFFD"), 7, true), "number", 3.5));
    }

    @Test
    void boundsListsAndObjectsAndHowDeepTheyAre() {
        Map<String, Object> deep = Map.of("end", "here");
        for (int i = 0; i < 200; i++) {
            deep = Map.of("in", deep);
        }
        Map<String, Object> wide = new HashMap<>();
        IntStream.range(0, 5_000).forEach(i -> wide.put("name " + i, i));

        assertThat(Storable.detail(wide)).hasSize(Storable.MOST_ENTRIES + 1);
        assertThat(EventRows.json(Storable.detail(deep))).hasSizeLessThan(Storable.LONGEST);
        assertThat((List<?>) Storable.detail(Map.of("list", List.copyOf(wide.values())))
                        .get("list"))
                .hasSize(Storable.MOST_ENTRIES + 1);
    }

    @Test
    void isAskedForEveryRow() {
        StorableEvent row = new StorableEvent(
                AuditEvent.of(AuditAction.ACCESS_REFUSED).key("k\u0000").detail("url", "/\u0000"),
                new Actor("token", "id", "no\u0000te", null, null),
                "be\u0000cause",
                1);

        assertThat(row.toString()).doesNotContain("\u0000");
        assertThat(row.unwritten()).contains("reason=", "detail=");
    }
}
