package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuerKeysTest {
    private static final String DISCOVERY = SampleTrust.ISSUER + "/.well-known/openid-configuration";
    private static final String JWKS = "https://keys.example.com/jwks";
    private static final TestKeys KEYS = new TestKeys();

    private final Published published = new Published();
    private final Moving clock = new Moving();
    private final IssuerKeys keys = new IssuerKeys(published, clock);
    private Issuer issuer = issuer(null, 0);

    @BeforeAll
    static void make() throws JoseException {
        KEYS.add("old", "ES256").add("new", "ES256").add("newest", "ES256");
    }

    @BeforeEach
    void publish() {
        published.discovery = "{\"issuer\":\"" + SampleTrust.ISSUER + "\",\"jwks_uri\":\"" + JWKS + "\"}";
        published.jwks = KEYS.published("old");
    }

    private static Issuer issuer(@Nullable String jwks, long version) {
        Issuer.Settings settings =
                new Issuer.Settings(SampleTrust.ISSUER, IssuerKind.GENERIC, null, jwks, false, 3_600);
        return new Issuer(1, "i", settings, version, Instant.EPOCH);
    }

    private boolean knows(String key) throws Exception {
        JsonWebSignature token = IdentityToken.parse(KEYS.sign(Map.of("iss", SampleTrust.ISSUER), key))
                .jws();
        return !keys.of(issuer, token).of(token).isEmpty();
    }

    @Test
    void asksOnceAndRemembers() throws Exception {
        assertThat(knows("old")).isTrue();
        assertThat(knows("old")).isTrue();
        assertThat(published.asked).containsExactly(DISCOVERY, JWKS);
    }

    @Test
    void asksForAKeyThatItDoesNotKnowOnceAMinute() throws Exception {
        assertThat(knows("old")).isTrue();
        published.jwks = KEYS.published("old", "new");
        assertThat(knows("new")).isTrue();
        assertThat(published.asked).hasSize(4);

        published.jwks = KEYS.published("newest");
        clock.now = clock.now.plus(IssuerKeys.BETWEEN_UNKNOWN).minusSeconds(1);
        assertThat(knows("newest")).isFalse();
        assertThat(published.asked).hasSize(4);

        clock.now = clock.now.plusSeconds(1);
        assertThat(knows("newest")).isTrue();
        assertThat(knows("old")).isFalse();
    }

    @Test
    void forgetsAKeyThatItsIssuerTookBack() throws Exception {
        assertThat(knows("old")).isTrue();
        published.jwks = KEYS.published("new");
        clock.now = clock.now.plus(IssuerKeys.FRESH);
        assertThat(knows("old")).isFalse();
    }

    @Test
    void goesOnForAnHourWithoutItsIssuer() throws Exception {
        assertThat(knows("old")).isTrue();
        published.jwks = null;
        clock.now = clock.now.plus(IssuerKeys.USABLE).minusSeconds(1);
        assertThat(knows("old")).isTrue();
        clock.now = clock.now.plus(IssuerKeys.AFTER_FAILURE);
        assertThatThrownBy(() -> knows("old"))
                .isInstanceOf(IssuerKeys.UnavailableException.class)
                .hasMessage("away");
    }

    @Test
    void asksAnIssuerThatFailedNoMoreForSomeSeconds() throws Exception {
        published.jwks = null;
        assertThatThrownBy(() -> knows("old")).hasMessage("away");
        assertThatThrownBy(() -> knows("old")).hasMessage("away");
        assertThat(published.asked).hasSize(2);
        published.jwks = KEYS.published("old");
        clock.now = clock.now.plus(IssuerKeys.AFTER_FAILURE);
        assertThat(knows("old")).isTrue();
    }

    @Test
    void believesNoDiscoveryOfAnotherIssuer() {
        published.discovery = published.discovery.replace("token.example.com", "token.example.com/");
        assertThatThrownBy(() -> knows("old")).hasMessage("its discovery names another issuer");
    }

    @Test
    void asksForKeysByHttpsAlone() {
        published.discovery = published.discovery.replace(JWKS, "http://keys.example.com/jwks");
        assertThatThrownBy(() -> knows("old")).hasMessage("its jwks_uri is no URL with https");
    }

    @Test
    void asksAnewWhereTheIssuerWasChanged() throws Exception {
        assertThat(knows("old")).isTrue();
        issuer = issuer(null, 1);
        published.jwks = KEYS.published("new");
        assertThat(knows("old")).isFalse();
    }

    @Test
    void asksNobodyForKeysThatWereUploaded() throws Exception {
        issuer = issuer(KEYS.published("old"), 0);
        assertThat(knows("old")).isTrue();
        assertThat(knows("new")).isFalse();
        clock.now = clock.now.plus(Duration.ofDays(30));
        assertThat(knows("old")).isTrue();
        assertThat(published.asked).isEmpty();
    }

    /** What an issuer publishes; null: it cannot be reached. */
    private static final class Published implements IssuerDocuments {
        private final List<String> asked = new ArrayList<>();
        private String discovery = "";
        private @Nullable String jwks;

        @Override
        public byte[] get(URI uri, int most, Duration deadline) throws IOException {
            asked.add(uri.toString());
            String found = uri.toString().equals(DISCOVERY) ? discovery : jwks;
            if (found == null) {
                throw new IOException("away");
            }
            return found.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static final class Moving extends Clock {
        private Instant now = Instant.parse("2026-11-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
