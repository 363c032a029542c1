package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.Right;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTest {
    @ParameterizedTest
    @CsvSource({
        "ADMINISTER_SERVER, NOBODY,        AUTHENTICATE",
        "ADMINISTER_SERVER, STRANGER,      AUTHENTICATE",
        "ADMINISTER_SERVER, ADMINISTRATOR, ALLOW",
    })
    void decides(Right right, Caller caller, Decision expected) {
        assertThat(AccessPolicy.decide(right, caller)).isEqualTo(expected);
    }

    @Test
    void theTableAboveIsWhole() {
        assertThat(Right.values().length * Caller.values().length).isEqualTo(3);
    }
}
