package io.narthex.index.local;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.hibernate.Session;

/**
 * Keeps signatures of others that were pushed for paths of this machine's store, for each cache. Every call needs a
 * transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class LocalSignatures {
    private static final String FIND =
            "select foreign_sigs from local_signature where cache_id = ? and hash = ? and signed = ?";
    /** A row of a path that has become another says nothing any more. */
    private static final String ADD = """
        insert into local_signature as l (cache_id, hash, signed, foreign_sigs) values (?, ?, ?, ?)
        on conflict (cache_id, hash) do update set signed = excluded.signed, changed_at = now(), foreign_sigs =
            case when l.signed = excluded.signed
                 then array(select distinct s from unnest(l.foreign_sigs || excluded.foreign_sigs) s order by s)
                 else excluded.foreign_sigs end
        """;

    @PersistenceContext
    private EntityManager entities;

    /**
     * Signatures of a path, sorted.
     *
     * @param fingerprint what they sign
     */
    public List<Signature> find(int cacheId, StorePathHash hash, byte[] fingerprint) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(FIND)) {
                s.setInt(1, cacheId);
                s.setBytes(2, hash.toBytes());
                s.setBytes(3, digest(fingerprint));
                try (ResultSet r = s.executeQuery()) {
                    return r.next()
                            ? Arrays.stream((String[]) r.getArray(1).getArray())
                                    .map(Signature::parse)
                                    .toList()
                            : List.of();
                }
            }
        });
    }

    /** Adds some; true where there were new ones. */
    public boolean add(int cacheId, StorePathHash hash, byte[] fingerprint, Collection<Signature> added) {
        TreeSet<Signature> fresh = new TreeSet<>(added);
        fresh.removeAll(find(cacheId, hash, fingerprint));
        if (fresh.isEmpty()) {
            return false;
        }
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(ADD)) {
                s.setInt(1, cacheId);
                s.setBytes(2, hash.toBytes());
                s.setBytes(3, digest(fingerprint));
                s.setArray(
                        4,
                        connection.createArrayOf(
                                "text", fresh.stream().map(Signature::toString).toArray()));
                return s.executeUpdate() == 1;
            }
        });
    }

    /** What a row keeps of the text that its signatures sign. */
    public static byte[] digest(byte[] fingerprint) {
        return HashAlgorithm.SHA256.newDigest().digest(fingerprint);
    }
}
