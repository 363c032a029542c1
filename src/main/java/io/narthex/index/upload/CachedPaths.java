package io.narthex.index.upload;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.hold.Holds;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.TypedQuery;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lists and deletes the paths that were pushed into a cache. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class CachedPaths {
    /** As many referrers as a refusal names. */
    private static final int NAMED = 10;

    private static final String BY_HASH =
            "select u from UploadEntity u join fetch u.blob where u.cacheId = :cache and u.hash = :hash";

    private static final String LIST =
            "select u from UploadEntity u join fetch u.blob where u.cacheId = :cache and u.id > :after";
    /** An index of trigrams answers this, where a call of a function would be made for each row. */
    private static final String NAMED_SO = " and u.name ilike :part escape '!'";

    private static final String IN_ORDER = " order by u.id";

    /** What means something else than itself in a pattern. */
    private static final Pattern LIKE = Pattern.compile("[%_!]");

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private PushedFacts pushed;

    @Inject
    private KeyRing ring;

    @Inject
    private Holds holds;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /**
     * By the order of their publication, those behind one.
     *
     * @param name a part of the path's name, in any case; empty: all
     * @param after the row behind which to begin; 0: at the first
     */
    List<PathResponse> list(Cache cache, String name, long after, int limit) {
        TypedQuery<UploadEntity> query = entities.createQuery(
                        LIST + (name.isEmpty() ? "" : NAMED_SO) + IN_ORDER, UploadEntity.class)
                .setParameter("cache", cache.id())
                .setParameter("after", after)
                .setMaxResults(limit);
        if (!name.isEmpty()) {
            query.setParameter("part", "%" + LIKE.matcher(name).replaceAll("!$0") + "%");
        }
        return query.getResultList().stream()
                .map(entity -> response(cache, entity))
                .toList();
    }

    private PathResponse response(Cache cache, UploadEntity entity) {
        NarInfo facts = pushed.of(cache, entity);
        List<Signature> foreign = ring.find(cache)
                .map(keys -> keys.foreign(facts.signatures(), Fingerprint.of(facts)))
                .orElse(List.of());
        return PathResponse.of(entity, facts, foreign, token(entity.publishedBy()));
    }

    /** The public id of a token; null for the administrator's. */
    private @Nullable String token(@Nullable Long id) {
        return id == null
                ? null
                : (String) entities.createNativeQuery("select public_id from token where id = :id", String.class)
                        .setParameter("id", id)
                        .getSingleResult();
    }

    /**
     * A path with its provenance.
     *
     * @param offered as the index has it, for one that was not pushed; its signatures are there
     */
    public Optional<PathDetail> find(Cache cache, StorePathHash hash, Optional<SignedPath> offered) {
        return entity(cache, hash)
                .map(entity -> new PathDetail(
                        response(cache, entity), null, signatures("upload_signature", cache, entity.id())))
                .or(() -> offered.filter(path -> path.source() instanceof NarSource.InLocalStore && !path.isElsewhere())
                        .map(path -> new PathDetail(
                                PathResponse.of(path),
                                store(path.rowId()),
                                signatures("path_signature", cache, path.rowId()))));
    }

    private String store(long pathId) {
        return (String) entities.createNativeQuery(
                        "select s.name from local_path p join nix_store s on s.id = p.store_id where p.id = :id",
                        String.class)
                .setParameter("id", pathId)
                .getSingleResult();
    }

    /** Those of keys that sign now. */
    private List<PathDetail.SignatureResponse> signatures(String table, Cache cache, long pathId) {
        List<?> found = entities.createNativeQuery(
                        "select k.name, s.signature, s.claim, s.signed_at from " + table
                                + " s join signing_key k on k.id = s.key_id where s.path_id = :path and k.cache_id ="
                                + " :cache and k.state in ('ACTIVE', 'RETIRING') order by k.id",
                        Object[].class)
                .setParameter("path", pathId)
                .setParameter("cache", cache.id())
                .getResultList();
        return found.stream()
                .map(row -> (Object[]) row)
                .map(row -> new PathDetail.SignatureResponse(
                        (String) row[0],
                        new Signature((String) row[0], (byte[]) row[1]).toString(),
                        (String) row[2],
                        (Instant) row[3]))
                .toList();
    }

    private Optional<UploadEntity> entity(Cache cache, StorePathHash hash) {
        return entities.createQuery(BY_HASH, UploadEntity.class)
                .setParameter("cache", cache.id())
                .setParameter("hash", hash.toBytes())
                .getResultStream()
                .findFirst();
    }

    /**
     * Deletes a path; from the end of the transaction on the cache does not have it.
     *
     * @return what refers to it, up to ten, where it is not deleted for that; empty where it is gone
     */
    public List<StorePath> delete(Cache cache, UploadedHash path, boolean force) {
        // first the lock, then the question: who publishes a referrer meanwhile is waited for
        entities.createNativeQuery("select id from uploaded_path where id = :id for update", Long.class)
                .setParameter("id", path.id())
                .getResultList();
        holds.requireFreePath(cache.tenantId(), cache.id(), path.path().hash());
        List<StorePath> referrers = force ? List.of() : referrers(cache, path);
        if (referrers.isEmpty()) {
            long deleted = (Long) entities.createNativeQuery(
                            "select count(*) from remove_uploaded_paths(array[cast(:id as bigint)], null, 'deleted')",
                            Long.class)
                    .setParameter("id", path.id())
                    .getSingleResult();
            changes.record(ChangeKind.PATH, cache.id(), path.path().hash());
            if (deleted > 0) {
                audit.record(AuditEvent.of(AuditAction.PATH_DELETED)
                        .cache(cache.tenantId(), cache.id())
                        .path(path.path())
                        .detail("forced", force));
            }
        }
        return referrers;
    }

    /** The row of a path that is about to go. */
    public record UploadedHash(long id, StorePath path) {}

    /** Where it was pushed; empty where it was not. */
    public Optional<UploadedHash> locate(Cache cache, StorePathHash hash) {
        return entity(cache, hash).map(entity -> new UploadedHash(entity.id(), entity.path()));
    }

    /** What refers to it directly of what was pushed, the first of them. */
    public List<StorePath> dependents(Cache cache, StorePath path) {
        return locate(cache, path.hash()).map(found -> referrers(cache, found)).orElse(List.of());
    }

    private List<StorePath> referrers(Cache cache, UploadedHash path) {
        // ten of them, and then in order: asked for in order, PostgreSQL would read all rows of all caches for them
        List<?> found = entities.createNativeQuery(
                        "select f.hash, f.name from (select id, hash, name from uploaded_path"
                                + " where cache_id = :cache and id <> :id and refs @> array[cast(:name as text)]"
                                + " limit " + NAMED + ") f order by f.id",
                        Object[].class)
                .setParameter("cache", cache.id())
                .setParameter("id", path.id())
                .setParameter("name", path.path().baseName())
                .getResultList();
        return found.stream()
                .map(row -> (Object[]) row)
                .map(row -> StorePath.parseBaseName(StorePathHash.of((byte[]) row[0]) + "-" + row[1]))
                .toList();
    }
}
