package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
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

    /** Of paths with the same file: equal contents under other names. */
    private static final int MOST_NAMES = 100;

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

    private Optional<SignedPath> signed(Cache cache, UploadEntity entity, UploadMemory memory) {
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty()) {
            return Optional.empty();
        }
        NarInfo facts = pushed.of(cache, entity);
        List<Signature> ours = writer.complete(keys, entity.id(), facts, signatures(entity.id()));
        return Optional.of(new SignedPath(
                entity.id(),
                facts,
                new NarSource.InBlobStore(entity.nar()),
                entity.publishedAt(),
                keys,
                ours,
                entity.publishedAt(),
                memory));
    }

    private Map<Long, byte[]> signatures(long pathId) {
        Map<Long, byte[]> signatures = new HashMap<>();
        entities.createQuery(
                        "select s from UploadSignatureEntity s where s.pathId = :path", UploadSignatureEntity.class)
                .setParameter("path", pathId)
                .getResultStream()
                .forEach(s -> signatures.put(s.keyId(), s.signature()));
        return signatures;
    }

    /** The paths whose narinfos name this file. */
    List<StorePathHash> findByFile(Cache cache, String fileName) {
        return entities.createQuery(
                        "select u.hash from UploadEntity u where u.cacheId = :cache and u.fileName = :file"
                                + " order by u.id",
                        byte[].class)
                .setParameter("cache", cache.id())
                .setParameter("file", fileName)
                .setMaxResults(MOST_NAMES)
                .getResultStream()
                .map(StorePathHash::of)
                .toList();
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

    /** Hears of a path that a cache has. */
    interface Presence {
        void add(int cacheId, StorePathHash hash);
    }

    /** Tells of every path of every cache, some of them perhaps twice. */
    void presence(Presence told) {
        writer.presence(told);
    }
}
