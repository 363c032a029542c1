package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.configuration.Secret;
import io.narthex.nix.Mutation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTokenTest {
    private static final Map<String, Object> CLAIMS =
            Map.of("iss", SampleTrust.ISSUER, "aud", SampleTrust.AUDIENCE, "exp", 1_800_000_300L, "jti", "one");
    private static final TestKeys KEYS = new TestKeys();

    @BeforeAll
    static void make() throws JoseException {
        KEYS.add("rsa", "RS256").add("ec", "ES256").add("ed", "EdDSA").add("other", "RS256");
    }

    private static void verify(Secret token, String... published) throws Exception {
        IdentityToken parsed = IdentityToken.parse(token);
        parsed.checkAlgorithm();
        parsed.verify(KeySet.parse(KEYS.published(published)).of(parsed.jws()));
    }

    private static ExchangeRefusal refusal(Secret token, String... published) {
        return catchThrowableOfType(ExchangeRefusedException.class, () -> verify(token, published))
                .refusal();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "ed"})
    void takesWhatItsIssuerSigned(String key) throws Exception {
        Secret token = KEYS.sign(CLAIMS, key);
        assertThatCode(() -> verify(token, "other", "ec", "ed", "rsa")).doesNotThrowAnyException();
        IdentityToken parsed = IdentityToken.parse(token);
        assertThat(parsed.issuer()).isEqualTo(SampleTrust.ISSUER);
        assertThat(parsed.audiences()).containsExactly(SampleTrust.AUDIENCE);
        assertThat(parsed.times().expiresAt()).isEqualTo(1_800_000_300L);
    }

    @Test
    void refusesWhatNobodySigned() throws Exception {
        assertThat(refusal(TestKeys.unsigned(CLAIMS, "rsa"), "rsa")).isEqualTo(ExchangeRefusal.ALGORITHM);
    }

    @Test
    void refusesWhatIsSignedByThePublicKey() throws Exception {
        assertThat(refusal(KEYS.signByPublicKey(CLAIMS, "rsa"), "rsa")).isEqualTo(ExchangeRefusal.ALGORITHM);
    }

    @Test
    void refusesAKeyThatItsIssuerDoesNotHave() throws Exception {
        assertThat(refusal(KEYS.sign(CLAIMS, "other"), "rsa", "ec")).isEqualTo(ExchangeRefusal.KEY_UNKNOWN);
    }

    @Test
    void refusesAnotherKeyUnderTheNameOfOne() throws Exception {
        assertThat(refusal(KEYS.forge(CLAIMS, "rsa", "other"), "rsa")).isEqualTo(ExchangeRefusal.SIGNATURE);
    }

    @Test
    void refusesOtherClaimsUnderASignature() throws Exception {
        String[] mine = KEYS.sign(CLAIMS, "rsa").reveal().split("\\.", -1);
        String[] yours = KEYS.sign(Map.of("iss", SampleTrust.ISSUER, "sub", "x"), "rsa")
                .reveal()
                .split("\\.", -1);
        assertThat(refusal(new Secret(mine[0] + "." + yours[1] + "." + mine[2]), "rsa"))
                .isEqualTo(ExchangeRefusal.SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "a.b.c.d.e", "..", "...."})
    void refusesWhatIsNoSignedToken(String text) {
        assertThat(refusal(new Secret(text), "rsa")).isEqualTo(ExchangeRefusal.MALFORMED);
    }

    @Test
    void refusesATokenWithoutMeasure() {
        String text = "a".repeat(IdentityToken.LONGEST + 1);
        assertThat(refusal(new Secret(text), "rsa")).isEqualTo(ExchangeRefusal.MALFORMED);
    }

    /** Signatures in base64 may be written in more than one way; what they sign may not. */
    @Test
    void refusesWhateverIsChangedInWhatIsSigned() throws Exception {
        String text = KEYS.sign(CLAIMS, "ec").reveal();
        String signed = text.substring(0, text.lastIndexOf('.'));
        Mutation mutation = new Mutation(7);
        for (int i = 0; i < 2_000; i++) {
            String changed =
                    new String(mutation.of(text.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
            if (!changed.startsWith(signed + ".")) {
                assertThat(refusal(new Secret(changed), "ec")).as(changed).isNotNull();
            }
        }
    }

    @Test
    void isNamedByIssuerAndIdElseByWhatIsSigned() throws Exception {
        String named = IdentityToken.parse(KEYS.sign(CLAIMS, "rsa")).digest();
        assertThat(IdentityToken.parse(KEYS.sign(CLAIMS, "ec")).digest()).isEqualTo(named);
        Map<String, Object> nameless = Map.of("iss", SampleTrust.ISSUER, "exp", 1_800_000_300L);
        String byText = IdentityToken.parse(KEYS.sign(nameless, "ec")).digest();
        assertThat(byText).isNotEqualTo(named);
        assertThat(IdentityToken.parse(KEYS.sign(nameless, "ec")).digest()).isEqualTo(byText);
        Map<String, Object> elsewhere = SampleTrust.with(CLAIMS, "iss", "https://other.example.com");
        assertThat(IdentityToken.parse(KEYS.sign(elsewhere, "rsa")).digest()).isNotEqualTo(named);
    }

    @Test
    void hasNoKeysOfAnIssuerThatTellsItsPrivateOneOrNone() {
        for (String json : List.of(
                KEYS.leaked("rsa"),
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":5}",
                "[]",
                "",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")) {
            assertThat(catchThrowableOfType(KeySet.UnusableException.class, () -> KeySet.parse(json)))
                    .as(json)
                    .isNotNull();
        }
    }
}
