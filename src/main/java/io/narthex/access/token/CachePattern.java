package io.narthex.access.token;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern that says which caches a token is for. In either part {@code *} stands for any characters, none among them;
 * a part has no slash. A pattern without {@code *} is a plain name, and means the one cache that had this name when the
 * token was made.
 *
 * @param tenant a name, or a pattern of names
 * @param cache likewise
 * @param cacheId of the cache that a plain name means; null: of none, and of a pattern
 */
public record CachePattern(
        String tenant, String cache, @Nullable Integer cacheId) {
    public static final CachePattern EVERYTHING = new CachePattern("*", "*", null);

    /** What to say to who breaks it. */
    public static final String SENTENCE = "lower case letters, digits, dashes and *, at most 63";

    private static final Pattern FORM = Pattern.compile("[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?");

    /** For a token of a tenant: {@code ci}, {@code release-*}. */
    static Optional<CachePattern> tryParse(String tenant, String cache) {
        return FORM.matcher(tenant).matches() && FORM.matcher(cache).matches()
                ? Optional.of(new CachePattern(tenant, cache, null))
                : Optional.empty();
    }

    /** For a token of the server: {@code acme/*}. */
    static Optional<CachePattern> tryParse(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? Optional.empty() : tryParse(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Whether it is one name, of a cache that there is. */
    public boolean isPlain() {
        return tenant.indexOf('*') < 0 && cache.indexOf('*') < 0;
    }

    /** The same, for this cache alone where it is a plain name. */
    public CachePattern of(@Nullable Integer id) {
        return isPlain() ? new CachePattern(tenant, cache, id) : this;
    }

    /** @param id of the cache; null: there is none yet */
    boolean matches(String tenantName, String cacheName, @Nullable Integer id) {
        return isPlain() ? id != null && id.equals(cacheId) : matchesTenant(tenantName) && covers(cache, cacheName);
    }

    boolean matchesTenant(String tenantName) {
        return covers(tenant, tenantName);
    }

    /** Whether every cache of the other is one of this. */
    boolean covers(CachePattern other) {
        return covers(tenant, other.tenant)
                && covers(cache, other.cache)
                && (!isPlain() || (cacheId != null && cacheId.equals(other.cacheId)));
    }

    /**
     * Whether the pattern matches all that the other does. The other's {@code *} is a character like any other here, that
     * only a {@code *} can match: then it may stand for anything.
     */
    private static boolean covers(String pattern, String other) {
        int p = 0;
        int o = 0;
        int star = -1;
        int retry = 0;
        while (o < other.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = o;
            } else if (p < pattern.length() && pattern.charAt(p) == other.charAt(o)) {
                p++;
                o++;
            } else if (star >= 0) {
                p = star + 1;
                o = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    @Override
    public String toString() {
        return tenant + "/" + cache;
    }
}
