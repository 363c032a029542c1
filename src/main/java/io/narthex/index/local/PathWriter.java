package io.narthex.index.local;

import io.narthex.key.KeyRing;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
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
import java.util.Objects;
import java.util.function.Function;
import org.hibernate.Session;

/**
 * Writes the rows and signatures of many paths in one statement: a row at a time would take minutes for a store. Every
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
    /** A row that says something else by now is left to whoever changed it. */
    private static final String SIGN = """
        insert into path_signature (key_id, path_id, signature, claim)
        select ?, p.id, x.signature, 'local-store'
        from unnest(?::bigint[], ?::bytea[], ?::bytea[]) as x(path_id, signature, digest)
        cross join lateral (select l.id from local_path l where l.id = x.path_id and l.row_digest = x.digest
                            for share skip locked) p
        on conflict (key_id, path_id) do nothing
        """;

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private PathSigner signer;

    /**
     * A path as written.
     *
     * @param signatures ours, by the rows of the keys
     */
    record Written(long id, ValidPath path, Map<Long, Signature> signatures) {
        /** Those by the keys of one ring, in their order. */
        List<Signature> by(KeyRing.Ring ring) {
            return ring.members().stream()
                    .map(key -> Objects.requireNonNull(signatures.get(key.id())))
                    .toList();
        }
    }

    /** Writes new and changed paths, signed by every key of some rings. */
    List<Written> write(int storeId, StoreDir storeDir, List<KeyRing.Member> keys, List<ValidPath> paths) {
        return write(storeId, keys, signer.sign(storeDir, keys, paths));
    }

    /** Writes new and changed paths, which these keys have signed. */
    List<Written> write(int storeId, List<KeyRing.Member> keys, List<SignedRow> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<SignedRow> ordered = ordered(rows);
        return entities.unwrap(Session.class)
                .doReturningWork(connection -> replace(connection, storeId, keys, ordered));
    }

    /** The same, faster, where most of them are new. */
    void add(int storeId, List<KeyRing.Member> keys, List<SignedRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<SignedRow> ordered = ordered(rows);
        entities.unwrap(Session.class).doWork(connection -> {
            if (!PathCopy.add(connection, storeId, keys, ordered)) {
                replace(connection, storeId, keys, ordered);
            }
        });
    }

    /** Always in one order: two writers of the same rows wait for each other, and never in a circle. */
    private static List<SignedRow> ordered(List<SignedRow> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> row.path().path().hash()))
                .toList();
    }

    private static List<Written> replace(
            Connection connection, int storeId, List<KeyRing.Member> keys, List<SignedRow> rows) throws SQLException {
        Map<StorePathHash, Long> ids =
                upsert(connection, storeId, rows.stream().map(SignedRow::path).toList());
        try (PreparedStatement s = connection.prepareStatement(UNSIGN)) {
            s.setArray(1, array(connection, "bigint", List.copyOf(ids.values()), id -> id));
            s.executeUpdate();
        }
        List<Written> written = new ArrayList<>(rows.size());
        for (SignedRow row : rows) {
            Long id = ids.get(row.path().path().hash());
            if (id == null) {
                throw new SQLException("a row was not written");
            }
            written.add(new Written(id, row.path(), row.signatures()));
        }
        keep(connection, keys, written);
        return written;
    }

    /** Signs and keeps what is missing of a path that the index has, and gives all signatures. */
    List<Signature> complete(StoreDir storeDir, KeyRing.Ring ring, long id, ValidPath path, Map<Long, byte[]> known) {
        List<KeyRing.Member> missing = ring.members().stream()
                .filter(key -> !known.containsKey(key.id()))
                .toList();
        Map<Long, Signature> all = new HashMap<>();
        ring.members().stream()
                .filter(key -> known.containsKey(key.id()))
                .forEach(key -> all.put(
                        key.id(), new Signature(key.publicKey().name(), Objects.requireNonNull(known.get(key.id())))));
        if (!missing.isEmpty()) {
            all.putAll(signer.sign(storeDir, missing, List.of(path)).getFirst().signatures());
            entities.unwrap(Session.class).doWork(c -> keep(c, missing, List.of(new Written(id, path, all))));
        }
        return new Written(id, path, all).by(ring);
    }

    private static Map<StorePathHash, Long> upsert(Connection connection, int storeId, List<ValidPath> paths)
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

    private static void keep(Connection connection, List<KeyRing.Member> keys, List<Written> written)
            throws SQLException {
        for (KeyRing.Member key : keys) {
            try (PreparedStatement s = connection.prepareStatement(SIGN)) {
                s.setLong(1, key.id());
                s.setArray(2, array(connection, "bigint", written, Written::id));
                s.setArray(
                        3,
                        bytes(
                                connection,
                                written,
                                w -> Objects.requireNonNull(w.signatures().get(key.id()))
                                        .bytes()));
                s.setArray(4, bytes(connection, written, w -> w.path().digest().bytes()));
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
