package io.narthex.index.local;

import io.narthex.localstore.RowDigest;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the rows of this machine's store in the index. Every call needs a transaction of the caller's. */
@ApplicationScoped
class PathRows {
    @PersistenceContext
    private EntityManager entities;

    private static final String KNOWN =
            "select p.id, p.nixId, p.hash, p.rowDigest" + " from PathEntity p where p.storeId = :store";

    private static final String DIGESTS = """
        select coalesce(string_agg(int8send(nix_id) || row_digest, cast('' as bytea) order by nix_id),
                        cast('' as bytea))
        from local_path where store_id = :store and nix_id > :after and nix_id <= :last
        """;

    /** What the index has of a row of the Nix database. */
    record Known(long id, long nixId, StorePathHash hash, RowDigest digest) {
        private static Known of(Object[] row) {
            return new Known(
                    (Long) row[0], (Long) row[1], StorePathHash.of((byte[]) row[2]), RowDigest.of((byte[]) row[3]));
        }
    }

    /** The number of a store, which is made when it is not known. */
    int storeId(String name) {
        entities.createNativeQuery("insert into nix_store (name) values (:name) on conflict (name) do nothing")
                .setParameter("name", name)
                .executeUpdate();
        return ((Number) entities.createNativeQuery("select id from nix_store where name = :name")
                        .setParameter("name", name)
                        .getSingleResult())
                .intValue();
    }

    Optional<PathEntity> find(int storeId, StorePathHash hash) {
        return entities.createQuery(
                        "select p from PathEntity p where p.storeId = :store and p.hash = :hash", PathEntity.class)
                .setParameter("store", storeId)
                .setParameter("hash", hash.toBytes())
                .getResultStream()
                .findFirst();
    }

    Optional<PathEntity> find(long id) {
        return Optional.ofNullable(entities.find(PathEntity.class, id));
    }

    /** The hashes of all paths with a NAR; more than one when equal bytes lie under several names. */
    List<StorePathHash> findByNar(int storeId, NixHash narHash) {
        return entities
                .createQuery(
                        "select p.hash from PathEntity p where p.storeId = :store and p.narHash = :nar order by p.id",
                        byte[].class)
                .setParameter("store", storeId)
                .setParameter("nar", narHash.bytes())
                .getResultList()
                .stream()
                .map(StorePathHash::of)
                .toList();
    }

    /** Our signatures of a path, by the key's row. */
    Map<Long, byte[]> signatures(long pathId) {
        Map<Long, byte[]> signatures = new HashMap<>();
        entities.createQuery("select s from PathSignatureEntity s where s.pathId = :path", PathSignatureEntity.class)
                .setParameter("path", pathId)
                .getResultStream()
                .forEach(s -> signatures.put(s.keyId(), s.signature()));
        return signatures;
    }

    /** What the index has of rows after one number up to another, both of the Nix database. */
    List<Known> known(int storeId, long afterNixId, long lastNixId) {
        return entities.createQuery(
                        KNOWN + " and p.nixId > :after and p.nixId <= :last order by p.nixId", Object[].class)
                .setParameter("store", storeId)
                .setParameter("after", afterNixId)
                .setParameter("last", lastNixId)
                .getResultStream()
                .map(Known::of)
                .toList();
    }

    /** Row number and digest of the same rows, in their order: 8 and 16 bytes each, as one value. */
    byte[] digests(int storeId, long afterNixId, long lastNixId) {
        return (byte[]) entities.createNativeQuery(DIGESTS, byte[].class)
                .setParameter("store", storeId)
                .setParameter("after", afterNixId)
                .setParameter("last", lastNixId)
                .getSingleResult();
    }

    /** The rows whose bytes were found wrong. */
    List<Known> quarantined(int storeId) {
        return entities.createQuery(KNOWN + " and p.quarantinedAt is not null order by p.nixId", Object[].class)
                .setParameter("store", storeId)
                .getResultStream()
                .map(Known::of)
                .toList();
    }

    long highestNixId(int storeId) {
        return entities.createQuery(
                        "select coalesce(max(p.nixId), 0) from PathEntity p where p.storeId = :store", Long.class)
                .setParameter("store", storeId)
                .getSingleResult();
    }

    /** As one array: a collection leaves more rows at once than a statement may have parameters. */
    void remove(Collection<Long> ids) {
        if (!ids.isEmpty()) {
            entities.createNativeQuery("delete from local_path where id = any(:ids)")
                    .setParameter("ids", ids.toArray(Long[]::new))
                    .executeUpdate();
        }
    }
}
