package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimPatternTest {
    @ParameterizedTest
    @CsvSource({
        "refs/heads/main,          refs/heads/main,              true",
        "refs/heads/main,          refs/heads/main2,             false",
        "refs/heads/main,          xrefs/heads/main,             false",
        "refs/heads/*,             refs/heads/main,              true",
        "refs/heads/*,             refs/heads/,                  true",
        "refs/heads/*,             refs/heads/a/b,               false",
        "refs/heads/*,             refs/heads/a:b,               false",
        "refs/*/*,                 refs/heads/main,              true",
        "refs/*/*,                 refs/heads/a/b,               false",
        "repo:acme/*:ref:refs/*/v*, repo:acme/app:ref:refs/tags/v1, true",
        "repo:acme/*:ref:refs/*/v*, repo:acme/a:x:ref:refs/tags/v1, false",
        "*,                        main,                         true",
        "*,                        a/b,                          false",
        "a*b*c,                    a-b-b-c,                      true",
        "a*b*c,                    a-b-b-d,                      false",
        "a*x/*y,                   axx/by,                       true",
        "**,                       main,                         true",
        "v1.*,                     v1x2,                         false",
    })
    void matchesAsAWhole(String pattern, String value, boolean matches) {
        assertThat(ClaimPattern.matches(pattern, value)).isEqualTo(matches);
    }

    @Test
    void takesNoLongerForAPatternThatIsMadeToTakeLong() {
        String value = "a".repeat(500);
        String pattern = "*a".repeat(240) + "b";
        assertThat(ClaimPattern.matches(pattern, value)).isFalse();
    }
}
