package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.signature.PublicKey;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyLifecycleTest {
    private static final Instant NOW = Instant.parse("2027-01-31T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // to:      PENDING ACTIVE RETIRING RETIRED REVOKED
        "PENDING,  no,     yes,   no,      no,     yes",
        "ACTIVE,   no,     no,    yes,     no,     yes",
        "RETIRING, no,     no,    no,      yes,    yes",
        "RETIRED,  no,     no,    no,      no,     yes",
        "REVOKED,  no,     no,    no,      no,     no",
    })
    void takesTheseStepsAndNoOthers(
            KeyState from, String pending, String active, String retiring, String retired, String revoked) {
        takes(from, KeyState.PENDING, pending);
        takes(from, KeyState.ACTIVE, active);
        takes(from, KeyState.RETIRING, retiring);
        takes(from, KeyState.RETIRED, retired);
        takes(from, KeyState.REVOKED, revoked);
    }

    private static void takes(KeyState from, KeyState to, String legal) {
        if (legal.equals("yes")) {
            assertThatCode(() -> KeyLifecycle.check(from, to)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> KeyLifecycle.check(from, to)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING,  false, true",
        "ACTIVE,   true,  true",
        "RETIRING, true,  true",
        "RETIRED,  false, false",
        "REVOKED,  false, false",
    })
    void saysWhoSignsAndWhoIsShown(KeyState state, boolean signs, boolean published) {
        assertThat(state.signs()).isEqualTo(signs);
        assertThat(state.isPublished()).isEqualTo(published);
    }

    @Test
    void leavesADateOfEachStepAndNoSecretBehind() {
        SigningKeyEntity key =
                SigningKeyEntity.pending(1, publicKey(), new byte[1], NOW, new Rotation(at(1), Duration.ofDays(2)));
        assertThat(key.dueAt()).isEqualTo(at(1));
        key.activate(at(1));
        assertThat(key.dueAt()).isNull();
        key.retire(at(2), at(4));
        assertThat(key.dueAt()).isEqualTo(at(4));
        assertThat(key.sealedSecret()).isNotNull();
        key.endRetirement(at(4));
        assertThat(key.sealedSecret()).isNull();
        assertThat(key.dueAt()).isNull();
        key.revoke(at(5), "leaked");
        assertThat(key.dates().activeAt()).isEqualTo(at(1));
        assertThat(key.dates().retiringAt()).isEqualTo(at(2));
        assertThat(key.dates().retiredAt()).isEqualTo(at(4));
        assertThat(key.dates().revokedAt()).isEqualTo(at(5));
    }

    @Test
    void destroysTheSecretOfARevokedKey() {
        SigningKeyEntity key = SigningKeyEntity.active(1, publicKey(), new byte[1], false, NOW);
        key.revoke(at(1), "leaked");
        assertThat(key.sealedSecret()).isNull();
    }

    private static PublicKey publicKey() {
        return new PublicKey("sample-1", new byte[32]);
    }

    private static Instant at(int days) {
        return NOW.plus(Duration.ofDays(days));
    }
}
