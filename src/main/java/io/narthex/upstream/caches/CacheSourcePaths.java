package io.narthex.upstream.caches;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;

/** Keeps what a cache has signed of other caches' paths. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class CacheSourcePaths {
    private static final String FIND = """
        select p.id, s.key_id, s.signature, s.claim from cache_source_path p
        left join cache_source_signature s on s.path_id = p.id
        where p.cache_id = ? and p.hash = ? and p.source_cache_id = ? and p.fingerprint = ?
        """;
    private static final String PUT = """
        insert into cache_source_path (cache_id, source_cache_id, hash, name, fingerprint) values (?, ?, ?, ?, ?)
        on conflict on constraint cache_source_path_hash_unique do update set
            source_cache_id = excluded.source_cache_id, name = excluded.name, fingerprint = excluded.fingerprint,
            found_at = now()
        returning id
        """;
    private static final String UNSIGN =
            "delete from cache_source_signature s using cache_source_path p where s.path_id = p.id and p.cache_id = ?"
                    + " and p.hash = ?";
    private static final String SIGN = """
        insert into cache_source_signature (key_id, path_id, signature, claim) values (?, ?, ?, ?)
        on conflict (key_id, path_id) do nothing
        """;
    private static final String RAISE =
            "update cache_source_signature set claim = ? where path_id = ? and claim = 'upstream-signature'";

    @PersistenceContext
    private EntityManager entities;

    /** The signatures of one path by their keys, as the database has them. */
    private record Known(long row, Map<Long, byte[]> signatures, boolean isRaisable) {}

    /**
     * A signature of the path by every key of the cache; what is missing is made and kept.
     *
     * @param theirs the path as the other cache gives it out
     */
    List<Signature> signatures(Cache cache, Cache other, KeyRing.Ring keys, SignedPath theirs) {
        byte[] signed = Fingerprint.of(theirs.facts());
        byte[] fingerprint = HashAlgorithm.SHA256.newDigest().digest(signed);
        String claim = claim(theirs);
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            Known known = read(connection, cache, other, theirs, fingerprint);
            if (known == null) {
                known = put(connection, cache, other, theirs, fingerprint);
            } else if (known.isRaisable && !claim.equals("upstream-signature")) {
                raise(connection, known.row, claim);
            }
            return complete(connection, keys, known, signed, claim);
        });
    }

    private static String claim(SignedPath path) {
        return switch (path.source()) {
            case NarSource.InLocalStore l -> "local-store";
            case NarSource.InBlobStore b -> "received";
            case NarSource.AtUpstream u -> "upstream-signature";
        };
    }

    @org.jspecify.annotations.Nullable
    private static Known read(Connection connection, Cache cache, Cache other, SignedPath path, byte[] fingerprint)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setInt(1, cache.id());
            s.setBytes(2, path.path().hash().toBytes());
            s.setInt(3, other.id());
            s.setBytes(4, fingerprint);
            Known known = null;
            Map<Long, byte[]> signatures = new HashMap<>();
            boolean raisable = false;
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    byte[] signature = r.getBytes(3);
                    if (signature != null) {
                        signatures.put(r.getLong(2), signature);
                        raisable |= r.getString(4).equals("upstream-signature");
                    }
                    known = new Known(r.getLong(1), signatures, raisable);
                }
            }
            return known;
        }
    }

    private static Known put(Connection connection, Cache cache, Cache other, SignedPath path, byte[] fingerprint)
            throws SQLException {
        byte[] hash = path.path().hash().toBytes();
        try (PreparedStatement put = connection.prepareStatement(PUT);
                PreparedStatement unsign = connection.prepareStatement(UNSIGN)) {
            put.setInt(1, cache.id());
            put.setInt(2, other.id());
            put.setBytes(3, hash);
            put.setString(4, path.path().name());
            put.setBytes(5, fingerprint);
            try (ResultSet r = put.executeQuery()) {
                r.next();
                // made of what was there before, or of what another source had
                unsign.setInt(1, cache.id());
                unsign.setBytes(2, hash);
                unsign.executeUpdate();
                return new Known(r.getLong(1), Map.of(), false);
            }
        }
    }

    private static void raise(Connection connection, long row, String claim) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(RAISE)) {
            s.setString(1, claim);
            s.setLong(2, row);
            s.executeUpdate();
        }
    }

    private static List<Signature> complete(
            Connection connection, KeyRing.Ring keys, Known known, byte[] signed, String claim) throws SQLException {
        List<Signature> all = new ArrayList<>();
        for (KeyRing.Member key : keys.members()) {
            byte[] kept = known.signatures.get(key.id());
            if (kept == null) {
                Signature made = key.sign(signed);
                try (PreparedStatement s = connection.prepareStatement(SIGN)) {
                    s.setLong(1, key.id());
                    s.setLong(2, known.row);
                    s.setBytes(3, made.bytes());
                    s.setString(4, claim);
                    s.executeUpdate();
                }
                all.add(made);
            } else {
                all.add(new Signature(key.publicKey().name(), kept));
            }
        }
        return all;
    }
}
