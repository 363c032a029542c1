package io.narthex.access.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CachePatternTest {
    @ParameterizedTest
    @CsvSource({
        "acme/ci,       acme,  ci,          true",
        "acme/ci,       acme,  ci2,         false",
        "acme/ci,       acmes, ci,          false",
        "acme/*,        acme,  ci,          true",
        "*/ci,          acme,  ci,          true",
        "*/*,           acme,  ci,          true",
        "acme/release-*,acme,  release-,    true",
        "acme/release-*,acme,  release-1,   true",
        "acme/release-*,acme,  release,     false",
        "acme/*-x,      acme,  a-x-x,       true",
        "acme/a*b*c,    acme,  abbbc,       true",
        "acme/a*b*c,    acme,  ac,          false",
        "acme/*a*,      acme,  bab,         true",
    })
    void matches(String pattern, String tenant, String cache, boolean expected) {
        int id = Objects.hash(tenant, cache);
        int meant = Objects.hash("acme", "ci");
        assertThat(CachePattern.tryParse(pattern).orElseThrow().of(meant).matches(tenant, cache, id))
                .isEqualTo(expected);
    }

    @Test
    void withoutAStarIsOneCacheAlone() {
        CachePattern plain = CachePattern.tryParse("acme/ci").orElseThrow();

        assertThat(plain.of(7).matches("acme", "ci", 7)).isTrue();
        assertThat(plain.of(7).matches("acme", "ci", 8)).isFalse();
        assertThat(plain.of(7).matches("acme", "ci", null)).isFalse();
        assertThat(plain.matches("acme", "ci", 7)).isFalse();
        assertThat(plain.of(7).covers(plain.of(7))).isTrue();
        assertThat(plain.of(7).covers(plain.of(8))).isFalse();
        assertThat(plain.covers(plain)).isFalse();
        assertThat(CachePattern.EVERYTHING.covers(plain.of(7))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "acme/*,         acme/ci,          true",
        "acme/*,         acme/*,           true",
        "acme/*,         */*,              false",
        "acme/ci,        acme/*,           false",
        "acme/ci,        acme/c*,          false",
        "acme/c*,        acme/ci*,         true",
        "acme/ci*,       acme/c*,          false",
        "acme/release-*, acme/release-*-x, true",
        "acme/*-*,       acme/a*-*b,       true",
        "acme/**,        acme/*,           true",
        "acme/*a,        acme/*,           false",
        "*/*,            acme/x*y,         true",
    })
    void coversOnlyWhatItMatchesAll(String pattern, String other, boolean expected) {
        assertThat(CachePattern.tryParse(pattern)
                        .orElseThrow()
                        .covers(CachePattern.tryParse(other).orElseThrow()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ci", "/", "acme/", "/ci", "acme/ci/x", "Acme/ci", "acme/-ci", "acme/c?", "acme/ci "})
    void isNotWhatHasAnotherForm(String text) {
        assertThat(CachePattern.tryParse(text)).isEmpty();
    }
}
