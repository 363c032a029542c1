package io.narthex.access.token;

import io.narthex.tenant.TenantEntity;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The database row of a token. */
@Entity
@Table(name = "token")
class TokenEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Column(name = "public_id", nullable = false, updatable = false, columnDefinition = "text")
    private String publicId;

    @ManyToOne(fetch = FetchType.EAGER)
    @JoinColumn(name = "tenant_id", updatable = false)
    private @Nullable TenantEntity tenant;

    @Column(name = "secret_hash", nullable = false, updatable = false)
    private byte[] secretHash;

    @Column(nullable = false, updatable = false, columnDefinition = "text")
    private String note;

    @Column(nullable = false, updatable = false, columnDefinition = "text[]")
    private String[] scopes;

    @Column(nullable = false, updatable = false, columnDefinition = "text[]")
    private String[] caches;

    @Column(name = "cache_ids", nullable = false, updatable = false, columnDefinition = "integer[]")
    private @Nullable Integer[] cacheIds;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "created_by", updatable = false)
    private @Nullable Long createdBy;

    @Column(name = "expires_at", updatable = false)
    private @Nullable Instant expiresAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @Column(name = "trust_id", updatable = false)
    private @Nullable Long trustId;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected TokenEntity() {}

    TokenEntity(
            String publicId,
            TokenDigest digest,
            @Nullable TenantEntity tenant,
            TokenRequest request,
            List<CachePattern> patterns,
            Instant now,
            @Nullable Long createdBy,
            @Nullable Long trustId) {
        this.publicId = publicId;
        this.secretHash = digest.toBytes();
        this.tenant = tenant;
        this.note = request.note();
        this.scopes = request.scopes().stream().sorted().map(Scope::text).toArray(String[]::new);
        this.caches = request.caches().toArray(String[]::new);
        this.cacheIds = caches.length == 0
                ? new Integer[0]
                : patterns.stream().map(CachePattern::cacheId).toArray(Integer[]::new);
        this.createdAt = now;
        this.createdBy = createdBy;
        this.trustId = trustId;
        this.expiresAt = request.expiresAt();
    }

    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    /** What it says, as the rest of the server has it. */
    Token toToken() {
        Token.Owner owner = tenant == null
                ? null
                : new Token.Owner(tenant.id(), tenant.name().text());
        Set<Scope> known = Arrays.stream(scopes)
                .map(Scope::tryParse)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        return new Token(
                id,
                publicId,
                TokenDigest.ofBytes(secretHash),
                owner,
                note,
                new Grant(known, patterns(owner)),
                List.of(caches),
                createdAt,
                createdBy,
                expiresAt,
                revokedAt,
                lastUsedAt);
    }

    /** A pattern that cannot be read, which the API never wrote, is for no cache; nor is a name whose cache is not known. */
    private List<CachePattern> patterns(Token.@Nullable Owner owner) {
        List<Optional<CachePattern>> read = TokenRequest.patterns(owner == null ? null : owner.name(), List.of(caches));
        List<CachePattern> bound = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            Integer id = i < cacheIds.length ? cacheIds[i] : null;
            read.get(i).ifPresent(pattern -> bound.add(pattern.of(id)));
        }
        return bound;
    }
}
