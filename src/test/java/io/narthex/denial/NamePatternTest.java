package io.narthex.denial;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource({
        "p0, p0, true",
        "p0, p01, false",
        "p0, xp0, false",
        "openssl-3.0.1*, openssl-3.0.1, true",
        "openssl-3.0.1*, openssl-3.0.13-dev, true",
        "openssl-3.0.1*, openssl-3x0.1, false",
        "*-3.0.1, openssl-3.0.1, true",
        "*ssl*, openssl-3.0.1, true",
        "a*b*c, aXbYbZc, true",
        "a*b*c, aXbYbZ, false",
        "?.?, 1.2, true",
        "?.?, 1.22, false",
        "*, anything, true",
        "**, anything, true"
    })
    void isAGlobOverTheWholeName(String pattern, String name, boolean matches) {
        assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void takesNoLongerForManyStars() {
        NamePattern pattern = new NamePattern("a*".repeat(100) + "b");

        assertTimeoutPreemptively(ofSeconds(5), () -> pattern.matches("a".repeat(211)));
    }
}
