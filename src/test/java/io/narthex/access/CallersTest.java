package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.access.token.Grant;
import io.narthex.access.token.LiveTokens;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenDigest;
import io.narthex.access.token.TokenText;
import io.narthex.change.Heartbeat;
import io.narthex.configuration.Secret;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallersTest {
    private static final Secret SECRET = TokenText.make(new SecureRandom());
    private static final String AUTHORIZATION = "Bearer " + SECRET.reveal();

    private final Clock clock = Clock.fixed(Clock.systemUTC().instant(), ZoneOffset.UTC);
    private final LiveTokens tokens = new LiveTokens();
    private final Callers callers = new Callers(
            new AdminToken(new AdminTokenFile(Path.of("no-such-file")), clock),
            tokens,
            new One(null, null),
            new Heartbeat(Duration.ofMinutes(1).toNanos()),
            new LastUse(clock),
            clock);

    @Test
    void makeNoStrangerOfWhoseTokenIsKnownWhenAnotherChanges() {
        tokens.refresh(new One(null, null));
        assertThat(tenant()).isEqualTo("7");

        tokens.mark(99);

        assertThat(callers.known(AUTHORIZATION)).isNull();
        assertThat(tenant()).isEqualTo("7");
    }

    @Test
    void makeAStrangerOfWhoseTokenIsKnownToBeRevoked() {
        tokens.refresh(new One(Instant.EPOCH, null));

        assertThat(tenant()).isEqualTo("strangers");
    }

    @Test
    void makeAStrangerOfWhoKnowsAnotherSecret() {
        tokens.refresh(new One(null, null));

        String guess = AUTHORIZATION.substring(0, AUTHORIZATION.length() - 4) + "none";
        assertThat(new Access(callers)
                        .sharer(guess, InetAddress.getLoopbackAddress(), null)
                        .tenant())
                .isEqualTo("strangers");
    }

    /** Of a request that began so long ago, when the token had still so long to live; minutes. */
    @ParameterizedTest
    @CsvSource({
        "20, 6, true", // ran out 14 minutes ago
        "20, 4, false", // 16 minutes ago
        "15, 0, false", // as the request began
        "5,  1, true",
        "5, -1, false", // before the request
    })
    void countATokenThatRunsOutMeanwhileForAQuarterOfAnHour(long begunAgo, long left, boolean counts) {
        Instant begun = clock.instant().minus(Duration.ofMinutes(begunAgo));
        tokens.refresh(new One(null, begun.plus(Duration.ofMinutes(left))));

        assertThat(callers.of(List.of(AUTHORIZATION), begun) instanceof Caller.Holder)
                .isEqualTo(counts);
    }

    @Test
    void countNoTokenThatRanOutForAnotherRequest() {
        tokens.refresh(new One(null, clock.instant().minusSeconds(1)));

        assertThat(callers.of(List.of(AUTHORIZATION))).isInstanceOf(Caller.Refused.class);
    }

    @Test
    void countNoTokenThatWasRevokedMeanwhile() {
        tokens.refresh(new One(clock.instant(), null));

        assertThat(callers.of(List.of(AUTHORIZATION), clock.instant().minusSeconds(60)))
                .isInstanceOf(Caller.Refused.class);
    }

    private String tenant() {
        return new Access(callers)
                .sharer(AUTHORIZATION, InetAddress.getLoopbackAddress(), null)
                .tenant();
    }

    /** The one token that there is. */
    private record One(
            @Nullable Instant revokedAt, @Nullable Instant expiresAt) implements LiveTokens.Rows {
        @Override
        public List<Token> all() {
            return List.of(new Token(
                    1,
                    Objects.requireNonNull(TokenText.publicId(SECRET)),
                    TokenDigest.of(SECRET),
                    new Token.Owner(7, "acme"),
                    "",
                    new Grant(Set.of(Scope.PULL), List.of()),
                    List.of(),
                    Instant.EPOCH,
                    null,
                    expiresAt,
                    revokedAt,
                    null));
        }

        @Override
        public List<Token> of(Collection<Long> ids) {
            return List.of();
        }

        @Override
        public List<Token> ofTrusts(Collection<Long> trusts) {
            return List.of();
        }
    }
}
