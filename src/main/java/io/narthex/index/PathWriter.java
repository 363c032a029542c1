package io.narthex.index;

import io.narthex.key.KeyRing;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hibernate.Session;

/**
 * Writes rows and signatures of many paths in a statement each: a row at a time would take minutes for a store. Every
 * call needs a transaction of the caller's.
 */
@ApplicationScoped
class PathWriter {
    private static final String UPSERT = """
        insert into local_path as p (store_id, nix_id, hash, name, nar_hash, nar_size, refs, deriver,
                                     content_address, foreign_sigs, registered_at, row_digest)
        select ?, x.nix_id, x.hash, x.name, x.nar_hash, x.nar_size, string_to_array(x.refs, ' '),
               nullif(x.deriver, ''), nullif(x.ca, ''), string_to_array(x.sigs, ' '),
               to_timestamp(x.registered_at), x.digest
        from unnest(?::bigint[], ?::bytea[], ?::text[], ?::bytea[], ?::bigint[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::bigint[], ?::bytea[])
             as x(nix_id, hash, name, nar_hash, nar_size, refs, deriver, ca, sigs, registered_at, digest)
        on conflict on constraint local_path_hash_unique do update set
            nix_id = excluded.nix_id, name = excluded.name, nar_hash = excluded.nar_hash,
            nar_size = excluded.nar_size, refs = excluded.refs, deriver = excluded.deriver,
            content_address = excluded.content_address, foreign_sigs = excluded.foreign_sigs,
            registered_at = excluded.registered_at, row_digest = excluded.row_digest, indexed_at = now(),
            checked_at = null, quarantined_at = null, quarantine_reason = null
        returning id, hash
        """;
    private static final String UNSIGN = "delete from path_signature where path_id = any(?::bigint[])";
    private static final String SIGN = """
        insert into path_signature (key_id, path_id, signature, claim)
        select x.key_id, x.path_id, x.signature, 'local-store'
        from unnest(?::bigint[], ?::bigint[], ?::bytea[]) as x(key_id, path_id, signature)
        on conflict (key_id, path_id) do nothing
        """;

    @PersistenceContext
    private EntityManager entities;

    /** A path as written: its row and our signatures. */
    record Written(long id, ValidPath path, List<Signature> signatures) {}

    /** Writes new and changed paths, signed by one cache's keys; those of other caches are made when these are asked. */
    List<Written> write(int storeId, StoreDir storeDir, KeyRing.Ring keys, List<ValidPath> paths) {
        if (paths.isEmpty()) {
            return List.of();
        }
        // always in one order: two writers of the same rows wait for each other, and never in a circle
        List<ValidPath> ordered = paths.stream()
                .sorted(Comparator.comparing(p -> p.path().hash()))
                .toList();
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            Map<StorePathHash, Long> ids = upsert(connection, storeId, ordered);
            try (PreparedStatement s = connection.prepareStatement(UNSIGN)) {
                s.setArray(1, array(connection, "bigint", List.copyOf(ids.values()), id -> id));
                s.executeUpdate();
            }
            List<Written> written = new ArrayList<>(ordered.size());
            for (ValidPath path : ordered) {
                Long id = ids.get(path.path().hash());
                if (id == null) {
                    throw new SQLException("a row was not written");
                }
                written.add(new Written(id, path, sign(storeDir, keys, path)));
            }
            keep(connection, keys, written);
            return written;
        });
    }

    /** Signs and keeps what is missing of a path that the index has, and gives all signatures. */
    List<Signature> complete(StoreDir storeDir, KeyRing.Ring keys, long id, ValidPath path, Map<Long, byte[]> known) {
        List<Signature> all = new ArrayList<>();
        boolean missing = false;
        for (KeyRing.Member key : keys.members()) {
            byte[] kept = known.get(key.id());
            missing |= kept == null;
            all.add(
                    kept == null
                            ? key.sign(fingerprint(storeDir, path))
                            : new Signature(key.publicKey().name(), kept));
        }
        if (missing) {
            entities.unwrap(Session.class).doWork(c -> keep(c, keys, List.of(new Written(id, path, all))));
        }
        return all;
    }

    private Map<StorePathHash, Long> upsert(Connection connection, int storeId, List<ValidPath> paths)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(UPSERT)) {
            s.setInt(1, storeId);
            s.setArray(2, array(connection, "bigint", paths, ValidPath::id));
            s.setArray(3, bytes(connection, paths, p -> p.path().hash().toBytes()));
            s.setArray(4, array(connection, "text", paths, p -> p.path().name()));
            s.setArray(5, bytes(connection, paths, p -> p.narHash().bytes()));
            s.setArray(6, array(connection, "bigint", paths, ValidPath::narSize));
            s.setArray(7, array(connection, "text", paths, p -> joined(p.references(), StorePath::baseName)));
            s.setArray(
                    8,
                    array(
                            connection,
                            "text",
                            paths,
                            p -> p.deriver().map(StorePath::baseName).orElse("")));
            s.setArray(
                    9, array(connection, "text", paths, p -> p.contentAddress().orElse("")));
            s.setArray(10, array(connection, "text", paths, p -> joined(p.signatures(), Signature::toString)));
            s.setArray(
                    11, array(connection, "bigint", paths, p -> p.registeredAt().getEpochSecond()));
            s.setArray(12, bytes(connection, paths, p -> p.digest().bytes()));
            Map<StorePathHash, Long> ids = new HashMap<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    ids.put(StorePathHash.of(r.getBytes(2)), r.getLong(1));
                }
            }
            return ids;
        }
    }

    private static List<Signature> sign(StoreDir storeDir, KeyRing.Ring keys, ValidPath path) {
        byte[] fingerprint = fingerprint(storeDir, path);
        return keys.members().stream().map(key -> key.sign(fingerprint)).toList();
    }

    private static byte[] fingerprint(StoreDir storeDir, ValidPath path) {
        return Fingerprint.of(storeDir, path.path(), path.narHash(), path.narSize(), path.references());
    }

    /** Signatures stand in the order of the ring. */
    private static void keep(Connection connection, KeyRing.Ring ring, List<Written> written) throws SQLException {
        List<KeyRing.Member> keys = ring.members();
        for (int k = 0; k < keys.size(); k++) {
            int place = k;
            long keyId = keys.get(k).id();
            try (PreparedStatement s = connection.prepareStatement(SIGN)) {
                s.setArray(1, array(connection, "bigint", written, w -> keyId));
                s.setArray(2, array(connection, "bigint", written, Written::id));
                s.setArray(
                        3,
                        bytes(
                                connection,
                                written,
                                w -> w.signatures().get(place).bytes()));
                s.executeUpdate();
            }
        }
    }

    private static <T> Array array(Connection connection, String type, List<T> rows, Function<T, Object> column)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }

    /** The driver takes bytea arrays as {@code byte[][]} only. */
    private static <T> Array bytes(Connection connection, List<T> rows, Function<T, byte[]> column)
            throws SQLException {
        return connection.createArrayOf("bytea", rows.stream().map(column).toArray(byte[][]::new));
    }

    private static <T> String joined(Iterable<T> values, Function<T, String> text) {
        StringBuilder all = new StringBuilder();
        for (T value : values) {
            all.append(all.isEmpty() ? "" : " ").append(text.apply(value));
        }
        return all.toString();
    }
}
