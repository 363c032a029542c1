package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Reads and writes the rows of keys. */
@ApplicationScoped
class SigningKeys {
    /** Any number that nothing else in this database locks; kept until the transaction ends. */
    private static final long MAKING = 0x6e61_7274_6b65_7973L;

    @PersistenceContext
    private EntityManager entities;

    /** Waits until no other node makes or imports keys; the transaction's end lets the next one in. */
    void lock() {
        entities.createNativeQuery("select cast(pg_advisory_xact_lock(:number) as text)")
                .setParameter("number", MAKING)
                .getSingleResult();
    }

    /** Waits for pushes under way that rely on a public key, and lets later ones see what becomes of it ({@code push_right_stands}). */
    void holdAlone(byte[] publicKey) {
        entities.createNativeQuery(
                        "select cast(pg_advisory_xact_lock(hashtextextended('public key ' || encode(:key, 'hex'), 0))"
                                + " as text)")
                .setParameter("key", publicKey)
                .getSingleResult();
    }

    /** Those of one cache, in the order in which they were made. */
    List<SigningKeyEntity> of(int cacheId) {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.cacheId = :cache order by k.id",
                        SigningKeyEntity.class)
                .setParameter("cache", cacheId)
                .getResultList();
    }

    /** One whose secret is not destroyed, if there is any in the whole server. */
    Optional<SigningKeyEntity> findSealed() {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.sealedSecret is not null order by k.id",
                        SigningKeyEntity.class)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** Those whose secrets are not destroyed, behind one, in the order in which they were made. */
    List<SigningKeyEntity> sealedBehind(long id, int most) {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.sealedSecret is not null and k.id > :id order by"
                                + " k.id",
                        SigningKeyEntity.class)
                .setParameter("id", id)
                .setMaxResults(most)
                .getResultList();
    }

    /** Those of all caches that hold a key, in the order in which they got it. */
    List<SigningKeyEntity> holding(byte[] publicKey) {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.publicKey = :key order by k.id",
                        SigningKeyEntity.class)
                .setParameter("key", publicKey)
                .getResultList();
    }

    /** Whether any cache has, or had, a key of the name. */
    boolean isNameTaken(String name) {
        return entities.createQuery("select count(k) from SigningKeyEntity k where k.name = :name", Long.class)
                        .setParameter("name", name)
                        .getSingleResult()
                > 0;
    }

    /** Whether any cache has, or had, a key of the name that was made here. */
    boolean isMadeHere(String name) {
        return entities.createQuery(
                                "select count(k) from SigningKeyEntity k where k.name = :name and not k.imported",
                                Long.class)
                        .setParameter("name", name)
                        .getSingleResult()
                > 0;
    }

    /** The highest number behind a stem in the names of keys of one cache that were made here; 0 where there is none. */
    long highestNumber(String stem) {
        return ((Number) entities.createNativeQuery(
                                "select coalesce(max(cast(substr(k.name, length(:stem) + 1) as bigint)), 0)"
                                        + " from signing_key k where starts_with(k.name, :stem) and not k.imported"
                                        + " and substr(k.name, length(:stem) + 1) ~ '^[0-9]{1,18}$'",
                                Long.class)
                        .setParameter("stem", stem)
                        .getSingleResult())
                .longValue();
    }

    /** The number of the tenant of a cache. */
    int tenantOf(int cacheId) {
        return ((Number) entities.createNativeQuery("select tenant_id from cache where id = :id", Integer.class)
                        .setParameter("id", cacheId)
                        .getSingleResult())
                .intValue();
    }

    /** Those of some caches, likewise. */
    List<SigningKeyEntity> of(Collection<Integer> cacheIds) {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.cacheId in :caches order by k.id",
                        SigningKeyEntity.class)
                .setParameter("caches", cacheIds)
                .getResultList();
    }

    Optional<SigningKeyEntity> find(int cacheId, String name) {
        return of(cacheId).stream().filter(key -> key.name().equals(name)).findFirst();
    }

    /** Those whose next step is due, first things first. */
    List<SigningKeyEntity> due(Instant now, int most) {
        return entities.createQuery(
                        "select k from SigningKeyEntity k where k.dueAt <= :now order by k.dueAt, k.id",
                        SigningKeyEntity.class)
                .setParameter("now", now)
                .setMaxResults(most)
                .getResultList();
    }

    /** Those that were revoked, of all caches, the oldest first. */
    List<RevokedKeys.Entry> revoked() {
        List<?> rows = entities.createNativeQuery(
                        "select k.name, k.public_key, c.tenant_id from signing_key k join cache c on c.id = k.cache_id"
                                + " where k.state = 'REVOKED' order by k.revoked_at, k.id",
                        Object[].class)
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new RevokedKeys.Entry(
                        new PublicKey((String) row[0], (byte[]) row[1]), ((Number) row[2]).intValue()))
                .toList();
    }

    /** Whether the cache is there: neither it nor its tenant is deleted. */
    boolean isLive(int cacheId) {
        return !entities.createNativeQuery(
                        "select c.id from cache c join tenant t on t.id = c.tenant_id where c.id = :id"
                                + " and c.deleted_at is null and t.deleted_at is null",
                        Integer.class)
                .setParameter("id", cacheId)
                .getResultList()
                .isEmpty();
    }

    /** Those of caches that are deleted, or whose tenants are, whose secrets are not destroyed. */
    List<SigningKeyEntity> ofDeleted(int most) {
        List<?> found = entities.createNativeQuery(
                        "select k.* from signing_key k join cache c on c.id = k.cache_id join tenant t on t.id ="
                                + " c.tenant_id where k.sealed_secret is not null and (c.deleted_at is not null or"
                                + " t.deleted_at is not null) order by k.id limit :most",
                        SigningKeyEntity.class)
                .setParameter("most", most)
                .getResultList();
        return found.stream().map(SigningKeyEntity.class::cast).toList();
    }

    /** How many keys of a cache have a secret. */
    long living(int cacheId) {
        return entities.createQuery(
                        "select count(k) from SigningKeyEntity k where k.cacheId = :cache and k.sealedSecret is not"
                                + " null",
                        Long.class)
                .setParameter("cache", cacheId)
                .getSingleResult();
    }

    /** Keeps a key, whose number is known from then on. */
    SigningKeyEntity add(SigningKeyEntity key) {
        entities.persist(key);
        entities.flush();
        return key;
    }
}
