package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenRequest;
import io.narthex.access.token.Tokens;
import io.narthex.job.TestWar;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** When a token was used, written down inside the server. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class LastUseIT {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Inject
    TokenAdministration administration;

    @Inject
    Tokens tokens;

    @Deployment
    static WebArchive war() {
        return TestWar.with(LastUseIT.class);
    }

    @Test
    void isWrittenDownAndNeverGoesBack() {
        Token made = administration
                .make(null, new TokenRequest("", Set.of(Scope.PULL), List.of(), NOON.plusSeconds(1_000_000_000)), null)
                .token();
        tokens.used(Map.of(made.id(), NOON));
        tokens.used(Map.of(made.id(), NOON.minusSeconds(60)));
        assertThat(administration.get(null, made.publicId(), null).lastUsedAt()).isEqualTo(NOON);
        administration.revoke(null, made.publicId(), null);
    }
}
