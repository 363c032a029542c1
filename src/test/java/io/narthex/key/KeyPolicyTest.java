package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.problem.ProblemException;
import io.narthex.nix.signature.PublicKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPolicyTest {
    private static final Instant NOW = Instant.parse("2027-01-31T12:00:00Z");

    @Test
    void beginsARotationAheadOfItsDay() {
        SigningKeyEntity key = SigningKeyEntity.active(1, publicKey(), new byte[1], false, NOW);

        assertThat(new KeyPolicy(90, 5, 40).rotationOf(key)).contains(NOW.plus(Duration.ofDays(85)));
        assertThat(KeyPolicy.INITIAL.rotationOf(key)).contains(NOW.plus(Duration.ofDays(358)));
    }

    @Test
    void saysSixtyDaysAheadThatAnotherKeySigns() {
        SigningKeyEntity key = SigningKeyEntity.active(1, publicKey(), new byte[1], false, NOW);
        Instant at = KeyPolicy.INITIAL.replacementOf(key).orElseThrow();
        PublishedKey published = PublishedKey.of(key, at);

        assertThat(at).isEqualTo(NOW.plus(Duration.ofDays(365)));
        assertThat(published.isReplacedSoon(NOW.plus(Duration.ofDays(305)).minusNanos(1)))
                .isFalse();
        assertThat(published.isReplacedSoon(NOW.plus(Duration.ofDays(305)))).isTrue();
        assertThat(PublishedKey.of(key).isReplacedSoon(at)).isFalse();
    }

    @Test
    void neverBeginsOneWhereItIsOff() {
        SigningKeyEntity key = SigningKeyEntity.active(1, publicKey(), new byte[1], false, NOW);

        assertThat(new KeyPolicy(null, 7, 40).rotationOf(key)).isEmpty();
    }

    @Test
    void neverReplacesAKeyFromElsewhereNorOneThatIsNotActive() {
        assertThat(KeyPolicy.INITIAL.rotationOf(SigningKeyEntity.active(1, publicKey(), new byte[1], true, NOW)))
                .isEmpty();
        Rotation rotation = KeyPolicy.INITIAL.begin(NOW);
        assertThat(KeyPolicy.INITIAL.rotationOf(SigningKeyEntity.pending(1, publicKey(), new byte[1], NOW, rotation)))
                .isEmpty();
        SigningKeyEntity revoked = SigningKeyEntity.active(1, publicKey(), new byte[1], false, NOW);
        revoked.revoke(NOW, "leaked");
        assertThat(KeyPolicy.INITIAL.rotationOf(revoked)).isEmpty();
    }

    @Test
    void plansByItsTimesUnlessOthersAreWanted() {
        Rotation planned = KeyPolicy.INITIAL.begin(NOW);

        assertThat(planned).isEqualTo(new Rotation(NOW.plus(Duration.ofDays(7)), Duration.ofDays(40)));
        assertThat(new RotationRequest(null, null).over(planned, NOW)).isEqualTo(planned);
        assertThat(new RotationRequest(Duration.ZERO, Duration.ofSeconds(5)).over(planned, NOW))
                .isEqualTo(new Rotation(NOW, Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                          | 365 | 7 | 40",
                "{\"rotateEveryDays\":null}                                  |     | 7 | 40",
                "{\"rotateEveryDays\":30,\"publishAheadDays\":29}            | 30  | 29 | 40",
                "{\"publishAheadDays\":0,\"overlapDays\":30}                 | 365 | 0 | 30",
                "{\"rotateEveryDays\":1,\"publishAheadDays\":0,\"overlapDays\":50} | 1 | 0 | 50",
                "{\"publishAheadDays\":null,\"overlapDays\":null}            | 365 | 7 | 40",
            })
    void isWhatIsAskedAndElseWhatItWas(String body, Integer every, int ahead, int overlap) throws Exception {
        assertThat(request(body).over(KeyPolicy.INITIAL)).isEqualTo(new KeyPolicy(every, ahead, overlap));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"rotateEveryDays\":0}",
                "{\"rotateEveryDays\":1,\"publishAheadDays\":0,\"overlapDays\":51}",
                "{\"rotateEveryDays\":7}",
                "{\"rotateEveryDays\":\"365\"}",
                "{\"publishAheadDays\":365}",
                "{\"publishAheadDays\":-1}",
                "{\"overlapDays\":29}",
                "{\"overlapDays\":30.5}",
                "{\"days\":1}",
                "[]",
            })
    void refusesWhatCannotBe(String body) {
        assertThatThrownBy(() -> request(body).over(KeyPolicy.INITIAL)).isInstanceOf(ProblemException.class);
    }

    private static KeyPolicyRequest request(String body) throws IOException {
        return KeyPolicyRequest.read(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static PublicKey publicKey() {
        return new PublicKey("sample-1", new byte[32]);
    }
}
