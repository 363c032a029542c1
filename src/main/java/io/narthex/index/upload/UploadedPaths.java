package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.PresenceSet;
import io.narthex.index.SignedPath;
import io.narthex.index.StoredNar;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the rows of pushed paths as they are offered. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class UploadedPaths {
    private static final String FURTHER = "select p.hash, f.blob_id from further_file f join uploaded_path p on p.id ="
            + " f.path_id join blob b on b.id = f.blob_id and b.quarantined_at is null where f.cache_id = :cache and"
            + " f.file_name = :file order by p.id limit 1";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private UploadWriter writer;

    @Inject
    private PushedFacts pushed;

    @Inject
    private KeyRing ring;

    /** The path with this hash, signed by every key of the cache, if it is offered. */
    Optional<SignedPath> find(Cache cache, StorePathHash hash, UploadMemory memory) {
        return find(cache, hash, memory, false);
    }

    /** The same of one whose narinfo is hidden. */
    Optional<SignedPath> findHidden(Cache cache, StorePathHash hash, UploadMemory memory) {
        return find(cache, hash, memory, true);
    }

    private Optional<SignedPath> find(Cache cache, StorePathHash hash, UploadMemory memory, boolean hidden) {
        return entities.createQuery(
                        "select u from UploadEntity u join fetch u.blob where u.cacheId = :cache and u.hash = :hash",
                        UploadEntity.class)
                .setParameter("cache", cache.id())
                .setParameter("hash", hash.toBytes())
                .getResultStream()
                .findFirst()
                .filter(entity -> entity.isIntact() && entity.isHidden() == hidden)
                .flatMap(entity -> signed(cache, entity, memory));
    }

    /** Those of some hashes, likewise, in two queries. */
    List<SignedPath> findAll(Cache cache, Collection<StorePathHash> hashes, UploadMemory memory) {
        List<UploadEntity> found = entities.createQuery(
                        "select u from UploadEntity u join fetch u.blob where u.cacheId = :cache and u.hash in :hashes"
                                + " and u.condemnedAt is null and u.blob.quarantinedAt is null",
                        UploadEntity.class)
                .setParameter("cache", cache.id())
                .setParameter(
                        "hashes", hashes.stream().map(StorePathHash::toBytes).toList())
                .getResultList();
        return signed(cache, found, memory);
    }

    private Optional<SignedPath> signed(Cache cache, UploadEntity entity, UploadMemory memory) {
        return signed(cache, List.of(entity), memory).stream().findFirst();
    }

    private List<SignedPath> signed(Cache cache, List<UploadEntity> found, UploadMemory memory) {
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty() || found.isEmpty()) {
            return List.of();
        }
        Map<Long, Map<Long, byte[]>> signatures = signatures(found);
        return found.stream()
                .map(entity -> {
                    NarInfo facts = pushed.of(cache, entity);
                    List<Signature> ours =
                            writer.complete(keys, entity.id(), facts, signatures.getOrDefault(entity.id(), Map.of()));
                    return new SignedPath(
                            entity.id(),
                            facts,
                            new NarSource.InBlobStore(entity.nar()),
                            entity.publishedAt(),
                            keys,
                            ours,
                            entity.publishedAt(),
                            memory);
                })
                .toList();
    }

    /** By the path, and by the key. */
    private Map<Long, Map<Long, byte[]>> signatures(List<UploadEntity> paths) {
        Map<Long, Map<Long, byte[]>> signatures = new HashMap<>();
        entities.createQuery(
                        "select s from UploadSignatureEntity s where s.pathId in :paths", UploadSignatureEntity.class)
                .setParameter("paths", paths.stream().map(UploadEntity::id).toList())
                .getResultStream()
                .forEach(s -> signatures
                        .computeIfAbsent(s.pathId(), path -> new HashMap<>())
                        .put(s.keyId(), s.signature()));
        return signatures;
    }

    /** A path whose narinfo names this file. */
    Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return entities.createQuery(
                        "select u.hash from UploadEntity u where u.cacheId = :cache and u.fileName = :file"
                                + " order by u.id",
                        byte[].class)
                .setParameter("cache", cache.id())
                .setParameter("file", fileName)
                .setMaxResults(1)
                .getResultStream()
                .findFirst()
                .map(StorePathHash::of);
    }

    /**
     * A file that a path was pushed with beside the one that its narinfo names.
     *
     * @param path whose it is
     */
    record FurtherFile(StorePathHash path, StoredNar nar) {}

    /** The further file of that name; of several paths with the same it is any one's. */
    Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        List<?> found = entities.createNativeQuery(FURTHER, Object[].class)
                .setParameter("cache", cache.id())
                .setParameter("file", fileName)
                .getResultList();
        return found.stream().map(row -> (Object[]) row).findFirst().map(row -> {
            BlobEntity blob = entities.find(BlobEntity.class, ((Number) row[1]).longValue());
            return new FurtherFile(StorePathHash.of((byte[]) row[0]), blob.toStoredNar(fileName));
        });
    }

    /** The listing of a NAR file, as JSON in zstd. */
    byte[] listing(StoredNar nar) {
        return (byte[]) entities.createNativeQuery("select listing from blob where id = :id", byte[].class)
                .setParameter("id", nar.id())
                .getSingleResult();
    }

    /** Every path of every cache. */
    PresenceSet presence() {
        return writer.presence();
    }
}
