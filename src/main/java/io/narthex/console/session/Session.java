package io.narthex.console.session;

import io.narthex.access.TokenLogin.Credential;
import io.narthex.configuration.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who is logged in.
 *
 * @param credentials what is kept of the token that was pasted, or the tokens that were made for the person
 * @param age since the token was pasted, or since the person showed the provider a password or the like
 * @param person whom a provider knows; empty: a token was pasted
 */
public record Session(SessionId id, List<Credential> credentials, Duration age, Optional<Known> person) {
    /** What is hard to undo asks for a log-in that is not older. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    /** So long the provider's word counts, for what changes nothing. */
    private static final Duration BELIEVED = Duration.ofMinutes(15);

    public Session {
        credentials = List.copyOf(credentials);
    }

    /**
     * What is known of a person.
     *
     * @param roles as {@link io.narthex.access.token.RoleIn#text} writes them
     * @param refresh by which the provider is asked anew; empty: it gave none
     * @param asked since it was asked last
     */
    public record Known(String subject, Set<String> roles, Optional<Secret> refresh, Duration asked) {
        public Known {
            roles = Set.copyOf(roles);
        }

        /** Whether the provider's word is too old to count for anything. */
        public boolean isOld() {
            return asked.compareTo(BELIEVED) >= 0;
        }
    }

    public boolean isFresh() {
        return age.compareTo(FRESH) < 0;
    }
}
