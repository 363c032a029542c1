package io.narthex.access.token;

import io.narthex.tenant.TenantEntity;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of tokens, the server's and those of tenants that are not deleted. */
@ApplicationScoped
@Retried
@Transactional
public class Tokens implements LiveTokens.Rows {
    /** No tenant's number: they begin with 1. */
    private static final int SERVER = 0;

    private static final String THERE = "from TokenEntity k left join k.tenant t where t.deletedAt is null";

    @PersistenceContext
    private EntityManager entities;

    @Override
    public List<Token> all() {
        Instant now = Clock.systemUTC().instant();
        return entities.createQuery(
                        "select k " + THERE + " and (k.revokedAt is null or k.revokedAt > :since)"
                                + " and (k.expiresAt is null or k.expiresAt > :since)"
                                + " and (k.trustId is null or k.expiresAt > :sinceOfShort)",
                        TokenEntity.class)
                .setParameter("since", now.minus(Token.REMEMBERED))
                .setParameter("sinceOfShort", now.minus(Token.REMEMBERED_OF_SHORT))
                .getResultStream()
                .map(TokenEntity::toToken)
                .toList();
    }

    @Override
    public List<Token> of(Collection<Long> ids) {
        return entities.createQuery("select k " + THERE + " and k.id in :ids", TokenEntity.class)
                .setParameter("ids", ids)
                .getResultStream()
                .map(TokenEntity::toToken)
                .toList();
    }

    @Override
    public List<Token> ofTrusts(Collection<Long> trusts) {
        return entities.createQuery(
                        "select k " + THERE + " and k.trustId in :trusts and k.expiresAt > :since", TokenEntity.class)
                .setParameter("trusts", trusts)
                .setParameter("since", Clock.systemUTC().instant().minus(Token.REMEMBERED_OF_SHORT))
                .getResultStream()
                .map(TokenEntity::toToken)
                .toList();
    }

    /**
     * Newest first.
     *
     * @param tenant null: of the server
     * @param below only those with a lesser id
     */
    public List<Token> list(@Nullable Integer tenant, long below, int limit) {
        return entities.createQuery(
                        "select k " + THERE + " and coalesce(t.id, 0) = :tenant and k.id < :below order by k.id desc",
                        TokenEntity.class)
                .setParameter("tenant", tenant == null ? SERVER : tenant)
                .setParameter("below", below)
                .setMaxResults(limit)
                .getResultStream()
                .map(TokenEntity::toToken)
                .toList();
    }

    /**
     * The token with this public id.
     *
     * @param tenant null: of the server
     */
    public Optional<Token> find(@Nullable Integer tenant, String publicId) {
        return entity(tenant, publicId).map(TokenEntity::toToken);
    }

    /**
     * Adds one.
     *
     * @param patterns what the request says, with the caches that plain names mean
     * @param createdBy the row of the token that makes it; null: the administrator, or a trust
     * @param trust the row of the trust that makes it; null: somebody does
     */
    public Token add(
            String publicId,
            TokenDigest digest,
            @Nullable TenantEntity tenant,
            TokenRequest request,
            List<CachePattern> patterns,
            Instant now,
            @Nullable Long createdBy,
            @Nullable Long trust) {
        TokenEntity made = new TokenEntity(publicId, digest, tenant, request, patterns, now, createdBy, trust);
        entities.persist(made);
        entities.flush();
        return made.toToken();
    }

    public void revoke(@Nullable Integer tenant, String publicId, Instant now) {
        entity(tenant, publicId).ifPresent(entity -> entity.revoke(now));
        entities.flush();
    }

    /**
     * Revokes all that a trust has made and that could still be used; gives how many.
     *
     * @param now what they then say when they were revoked
     */
    public int revokeOfTrust(long trust, Instant now) {
        // in the order in which their last use is written, too
        return entities.createNativeQuery("update token set revoked_at = :now where id in (select k.id from token k"
                        + " where k.trust_id = :trust and k.revoked_at is null and k.expires_at > :ended"
                        + " order by k.id for no key update)")
                .setParameter("now", now)
                .setParameter("trust", trust)
                // one that has just ended may count for a body on its way
                .setParameter("ended", now.minus(Token.GRACE))
                .executeUpdate();
    }

    /** Writes down when tokens were used; an earlier time changes nothing. */
    public void used(Map<Long, Instant> uses) {
        uses.keySet().stream()
                .sorted()
                .forEach(id -> entities.createNativeQuery(
                                "update token set last_used_at = greatest(last_used_at, :at) where id = :id")
                        .setParameter("at", uses.get(id))
                        .setParameter("id", id)
                        .executeUpdate());
    }

    private Optional<TokenEntity> entity(@Nullable Integer tenant, String publicId) {
        return entities.createQuery(
                        "select k " + THERE + " and coalesce(t.id, 0) = :tenant and k.publicId = :publicId",
                        TokenEntity.class)
                .setParameter("tenant", tenant == null ? SERVER : tenant)
                .setParameter("publicId", publicId)
                .getResultStream()
                .findFirst();
    }
}
