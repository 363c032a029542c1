package io.narthex.access.token;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is kept in memory: its id, its owner and what it allows, without its secret.
 *
 * @param id its row
 * @param publicId the part of it that is no secret
 * @param tenant whose it is; null: the server's
 * @param caches as they were given; empty: all
 * @param createdBy the row of the token that made it; null: the administrator's file
 * @param expiresAt null: never
 */
public record Token(
        long id,
        String publicId,
        TokenDigest digest,
        @Nullable Owner tenant,
        String note,
        Grant grant,
        List<String> caches,
        Instant createdAt,
        @Nullable Long createdBy,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {
    /** For so long a token that has run out still counts for a body that came before and is still on its way. */
    public static final Duration GRACE = Duration.ofMinutes(15);

    /** For so long the holder of a token that has ended is told so; later it is as wrong as any. */
    static final Duration REMEMBERED = Duration.ofDays(30);
    /** The same of one that was made for a day or less: there are many of those. */
    static final Duration REMEMBERED_OF_SHORT = Duration.ofDays(1);

    public Token {
        caches = List.copyOf(caches);
    }

    /** A tenant: its number, which no other tenant ever has, and its name. */
    public record Owner(int id, String name) {}

    public boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /** Whether it ended so long ago that nobody is told any more that it ever was. */
    boolean isForgotten(Instant now) {
        boolean isShort = expiresAt != null && expiresAt.isBefore(createdAt.plus(Duration.ofDays(1)));
        Instant since = now.minus(isShort ? REMEMBERED_OF_SHORT : REMEMBERED);
        return (expiresAt != null && expiresAt.isBefore(since)) || (revokedAt != null && revokedAt.isBefore(since));
    }

    /** Whether it stands for the server's administrator: its own to administer, without limit to some caches. */
    public boolean administersServer() {
        return tenant == null && grant.has(Scope.ADMINISTER) && grant.isForAll();
    }

    /** Whether it reads the record of the whole server. */
    public boolean auditsServer() {
        return tenant == null && grant.has(Scope.AUDIT) && grant.isForAll();
    }

    /** Whether it reads all of its own tenant's record. */
    public boolean auditsTenant() {
        return tenant != null && grant.has(Scope.AUDIT) && grant.coversTenant(tenant.name());
    }
}
