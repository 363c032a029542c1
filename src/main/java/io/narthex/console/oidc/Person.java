package io.narthex.console.oidc;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has logged in, by the word of the provider.
 *
 * @param subject names the person at the provider, for ever
 * @param name for people
 * @param groups whatever they are called there
 * @param authenticatedAt when the person showed a password or the like; null: the provider does not say
 */
public record Person(
        String subject,
        String name,
        Set<String> groups,
        @Nullable Instant authenticatedAt) {
    /** In the record and in lists of tokens. */
    private static final int LONGEST = 200;

    /** More groups are nobody's; the identity token itself is bounded too. */
    private static final int MOST_GROUPS = 2_000;

    /** The first that is there; the subject is no name that people know. */
    private static final List<String> NAMES = List.of("preferred_username", "email", "name", "sub");

    public Person {
        groups = Set.copyOf(groups);
    }

    /**
     * Reads the claims of a verified identity token.
     *
     * @throws ProviderException where they name nobody
     */
    static Person of(Map<String, Object> claims, String groupsClaim) throws ProviderException {
        if (!(claims.get("sub") instanceof String subject) || subject.isEmpty() || subject.length() > 255) {
            throw ProviderException.refused("The identity token names nobody");
        }
        String name = NAMES.stream()
                .flatMap(claim -> claims.get(claim) instanceof String text ? Stream.of(text.strip()) : Stream.empty())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(subject)
                .replaceAll("\\p{Cntrl}", "?");
        Instant authenticated = claims.get("auth_time") instanceof Number seconds
                ? Instant.ofEpochSecond(Math.clamp(seconds.longValue(), 0, 1L << 40))
                : null;
        return new Person(
                subject,
                name.length() > LONGEST ? name.substring(0, LONGEST) : name,
                groups(claims.get(groupsClaim)),
                authenticated);
    }

    private static Set<String> groups(@Nullable Object claim) {
        Set<String> groups = new TreeSet<>();
        if (claim instanceof String one) {
            groups.add(one);
        } else if (claim instanceof Collection<?> all) {
            all.stream()
                    .limit(MOST_GROUPS)
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(groups::add);
        }
        return groups;
    }
}
