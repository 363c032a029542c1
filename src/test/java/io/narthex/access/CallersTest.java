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
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallersTest {
    private static final Secret SECRET = TokenText.make(new SecureRandom());
    private static final String AUTHORIZATION = "Bearer " + SECRET.reveal();

    private final Clock clock = Clock.systemUTC();
    private final LiveTokens tokens = new LiveTokens();
    private final Callers callers = new Callers(
            new AdminToken(new AdminTokenFile(Path.of("no-such-file")), clock),
            tokens,
            new One(null),
            new Heartbeat(Duration.ofMinutes(1).toNanos()),
            new LastUse(clock),
            clock);

    @Test
    void makeNoStrangerOfWhoseTokenIsKnownWhenAnotherChanges() {
        tokens.refresh(new One(null));
        assertThat(tenant()).isEqualTo("7");

        tokens.mark(99);

        assertThat(callers.known(AUTHORIZATION)).isNull();
        assertThat(tenant()).isEqualTo("7");
    }

    @Test
    void makeAStrangerOfWhoseTokenIsKnownToBeRevoked() {
        tokens.refresh(new One(Instant.EPOCH));

        assertThat(tenant()).isEqualTo("strangers");
    }

    @Test
    void makeAStrangerOfWhoKnowsAnotherSecret() {
        tokens.refresh(new One(null));

        String guess = AUTHORIZATION.substring(0, AUTHORIZATION.length() - 4) + "none";
        assertThat(new Access(callers)
                        .sharer(guess, InetAddress.getLoopbackAddress(), null)
                        .tenant())
                .isEqualTo("strangers");
    }

    private String tenant() {
        return new Access(callers)
                .sharer(AUTHORIZATION, InetAddress.getLoopbackAddress(), null)
                .tenant();
    }

    /** The one token that there is. */
    private record One(@Nullable Instant revokedAt) implements LiveTokens.Rows {
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
                    null,
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
