package io.narthex.upstream;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StorePath;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Another binary cache with its settings.
 *
 * @param id its row; another upstream that gets its name later has another
 * @param keys a path is taken only with a signature by one of them; never empty
 * @param required whether a path is 503 while it does not answer, in place of 404
 * @param keep whether its NARs are stored
 * @param offeredTo names of tenants, or {@code *}
 * @param publish whether public caches may show what it has although it has credentials
 * @param sealed its credentials as the database has them; null: it has none
 * @param version counts the changes of these settings
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
record Upstream(
        int id,
        String name,
        URI url,
        List<PublicKey> keys,
        boolean required,
        boolean keep,
        List<String> allow,
        List<String> deny,
        Set<String> offeredTo,
        boolean publish,
        byte @Nullable [] sealed,
        Duration negative,
        OptionalLong maxNarBytes,
        Set<String> redirectHosts,
        Duration lookup,
        Duration connect,
        Duration stall,
        long version) {
    private static final String ALL = "*";
    private static final String DERIVATION = ".drv";

    Upstream {
        keys = List.copyOf(keys);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        offeredTo = Set.copyOf(offeredTo);
        redirectHosts = Set.copyOf(redirectHosts);
    }

    boolean isOfferedTo(String tenant) {
        return offeredTo.contains(ALL) || offeredTo.contains(tenant);
    }

    boolean hasCredentials() {
        return sealed != null;
    }

    /** Whether what it has is given for credentials alone, and for no public cache. */
    boolean isSecret() {
        return hasCredentials() && !publish;
    }

    /** Whether paths of that name may be taken from it. */
    boolean takes(StorePath path) {
        return takes(path.name());
    }

    /** Whether the log of a derivation may be: it tells of paths of its name. */
    boolean takesLogOf(StorePath derivation) {
        return takes(derivation.name().substring(0, derivation.name().length() - DERIVATION.length()));
    }

    private boolean takes(String name) {
        return matches(allow, name) && !matches(deny, name);
    }

    private static boolean matches(List<String> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> glob(pattern).matcher(name).matches());
    }

    /** {@code *} stands for anything, every other character for itself. */
    private static Pattern glob(String pattern) {
        return Pattern.compile(Pattern.compile("\\*")
                .splitAsStream(pattern + "\0")
                .map(part -> Pattern.quote(part.replace("\0", "")))
                .collect(Collectors.joining(".*")));
    }

    /** The whole URL of something of it. */
    URI resolve(String relative) {
        return URI.create(url + "/").resolve(relative);
    }
}
