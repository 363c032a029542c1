package io.narthex.console.session;

import io.narthex.access.token.RoleIn;
import io.narthex.configuration.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has come back from a provider.
 *
 * @param refresh by which it is asked anew; empty: it gave none
 * @param authenticatedAt when the person showed it a password or the like; null: it does not say
 */
public record Arrival(
        String subject,
        String name,
        Set<RoleIn> roles,
        Optional<Secret> refresh,
        @Nullable Instant authenticatedAt) {
    public Arrival {
        roles = Set.copyOf(roles);
    }
}
