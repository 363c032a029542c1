package io.narthex.access.token;

import io.narthex.cache.Cache;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about: the server, a tenant or a cache.
 *
 * @param tenant as the URL has it, whether there is one or not; empty where it is about none
 * @param cache likewise
 * @param is what there is of that name
 * @param tenantId of the cache that is there, else null
 * @param cacheId likewise
 */
public record Target(
        String tenant,
        String cache,
        State is,
        @Nullable Integer tenantId,
        @Nullable Integer cacheId) {
    /** About nothing but the server. */
    public static final Target SERVER = new Target("", "", State.ABSENT, null, null);

    public enum State {
        PUBLIC,
        PRIVATE,
        ABSENT
    }

    public static Target of(Cache cache) {
        return new Target(
                cache.tenant().text(),
                cache.name().text(),
                cache.isPublic() ? State.PUBLIC : State.PRIVATE,
                cache.tenantId(),
                cache.id());
    }

    /**
     * A cache that may be absent.
     *
     * @param fullName {@code tenant/cache}
     */
    public static Target of(Optional<Cache> cache, String fullName) {
        int slash = fullName.indexOf('/');
        return cache.map(Target::of)
                .orElseGet(() -> new Target(
                        fullName.substring(0, slash), fullName.substring(slash + 1), State.ABSENT, null, null));
    }

    public static Target ofTenant(String tenant) {
        return new Target(tenant, "", State.ABSENT, null, null);
    }
}
