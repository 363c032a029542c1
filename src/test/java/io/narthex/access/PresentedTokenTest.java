package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresentedTokenTest {
    @ParameterizedTest
    @ValueSource(strings = {"Bearer narthex_abc", "bearer narthex_abc", "BEARER   narthex_abc", " Bearer narthex_abc "})
    void isWhatFollowsBearer(String header) {
        assertThat(PresentedToken.parse(header).reveal()).isEqualTo("narthex_abc");
    }

    @ParameterizedTest
    @CsvSource({
        "any:narthex_abc, narthex_abc",
        ":narthex_abc, narthex_abc",
        "nix:a:b:c, a:b:c",
        "jörg:pässword, pässword"
    })
    void isThePasswordOfBasicWhoeverTheUser(String pair, String expected) {
        assertThat(PresentedToken.parse(basic(pair)).reveal()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Bearer", "Bearer ", "Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Digest x", "narthex_abc"})
    void isNoneWhereNothingCanBeRead(String header) {
        assertThat(PresentedToken.parse(header).reveal()).isEmpty();
    }

    @Test
    void isNoneForAnEmptyPassword() {
        assertThat(PresentedToken.parse(basic("user:")).reveal()).isEmpty();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
