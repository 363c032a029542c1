package io.narthex.access.token;

import java.util.List;
import java.util.Set;

/**
 * What a token allows, and in which caches.
 *
 * @param scopes as given, without what they include
 * @param caches one of these must match
 */
public record Grant(Set<Scope> scopes, List<CachePattern> caches) {
    /** All that there is. */
    public static final Grant EVERYTHING = new Grant(Set.of(Scope.values()), List.of(CachePattern.EVERYTHING));

    public Grant {
        scopes = Set.copyOf(scopes);
        caches = List.copyOf(caches);
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope)
                || (scope == Scope.PULL
                        && (scopes.contains(Scope.PUSH)
                                || scopes.contains(Scope.ADMINISTER)
                                || scopes.contains(Scope.PIN)))
                || (scope == Scope.AUDIT && scopes.contains(Scope.ADMINISTER));
    }

    /** Whether it is for what a request is about. */
    public boolean matches(Target target) {
        for (CachePattern pattern : caches) {
            if (pattern.matches(target.tenant(), target.cache(), target.cacheId())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is for some cache of the tenant, or for one that may come. */
    public boolean matchesTenant(String tenant) {
        return caches.stream().anyMatch(pattern -> pattern.matchesTenant(tenant));
    }

    /** Whether the pattern is for no other caches than this grant. */
    public boolean covers(CachePattern pattern) {
        return caches.stream().anyMatch(own -> own.covers(pattern));
    }

    /** Whether it is for every cache of the tenant, there or to come. */
    public boolean coversTenant(String tenant) {
        return covers(new CachePattern(tenant, CachePattern.EVERYTHING.cache(), null));
    }

    /** Whether it is for every cache, there or to come. */
    boolean isForAll() {
        return covers(CachePattern.EVERYTHING);
    }
}
