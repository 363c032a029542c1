package io.narthex.index.signing;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * Signs stored paths by keys that have not signed them yet, a page of rows at a time, each page in a few statements.
 * The key rings are taken anew for every page: a key that is revoked meanwhile signs no more.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class MissingSignatures {
    /** Paths of a page: less than half a second on one core where a key has signed none of them. */
    private static final int PAGE = 5_000;

    private static final String LOCAL_PAGE =
            "select max(id), count(*) from (select id from local_path where store_id = ? and id > ? order by id limit"
                    + " ?) p";
    /** Because of offset 0 each path is looked up by itself, whatever PostgreSQL's statistics say of a new database. */
    private static final String LOCAL = """
        select p.id, p.hash, p.name, p.nar_hash, p.nar_size, p.refs, p.row_digest from local_path p
        where p.store_id = ? and p.id > ? and p.id <= ?
          and not exists (select from path_signature s where s.key_id = ? and s.path_id = p.id offset 0)
        """;
    /** A row that has changed since it was read, or is changing, is left to whoever changes it. */
    private static final String SIGN_LOCAL = """
        insert into path_signature (key_id, path_id, signature, claim)
        select ?, p.id, x.signature, 'local-store'
        from unnest(?::bigint[], ?::bytea[], ?::bytea[]) as x(id, signature, digest)
        cross join lateral (select l.id from local_path l where l.id = x.id and l.row_digest = x.digest
                            for share skip locked) p
        on conflict (key_id, path_id) do nothing
        """;

    private static final String UPLOADS_PAGE =
            "select max(id), count(*) from (select id from uploaded_path where id > ? order by id limit ?) p";
    private static final String LOCAL_LEFT =
            "select coalesce(max(id), 0), count(*) from local_path where store_id = ? and id > ?";
    private static final String UPLOADS_LEFT = "select coalesce(max(id), 0), count(*) from uploaded_path where id > ?";
    private static final String UPLOADS_CACHES = "select distinct cache_id from uploaded_path where id > ? and id <= ?";
    private static final String UPLOADS = """
        select p.id, p.hash, p.name, p.nar_hash, p.nar_size, p.refs from uploaded_path p
        where p.cache_id = ? and p.id > ? and p.id <= ?
          and not exists (select from upload_signature s where s.key_id = ? and s.path_id = p.id offset 0)
        """;
    /** What was signed never changes; a path that is being deleted is left out. */
    private static final String SIGN_UPLOADS = """
        insert into upload_signature (key_id, path_id, signature, claim)
        select ?, p.id, x.signature, 'received'
        from unnest(?::bigint[], ?::bytea[]) as x(id, signature)
        cross join lateral (select u.id from uploaded_path u where u.id = x.id for key share skip locked) p
        on conflict (key_id, path_id) do nothing
        """;

    private static final String PACE = """
        insert into key_signing (key_id, per_second) values (?, ?)
        on conflict (key_id) do update set per_second = excluded.per_second, at = excluded.at
        """;
    private static final double NANOS = 1e9;

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private KeyRing ring;

    @Inject
    private CacheDirectory caches;

    /**
     * What one page did.
     *
     * @param last the row behind which the next page begins
     * @param seen paths; none: there are no more
     * @param signed signatures made
     */
    record Page(long last, long seen, long signed) {}

    /** A path that a key has not signed. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one page, never compared
    private record Unsigned(long id, byte[] fingerprint, byte[] digest) {}

    /** How many paths a store has behind one row. */
    long countLocal(int storeId, long after) {
        return entities.unwrap(Session.class)
                .doReturningWork(connection ->
                        page(connection, LOCAL_LEFT, storeId, after).seen());
    }

    /** How many pushed paths there are behind one row. */
    long countUploads(long after) {
        return entities.unwrap(Session.class)
                .doReturningWork(
                        connection -> page(connection, UPLOADS_LEFT, after).seen());
    }

    /** Signs a store's paths behind one row, for every cache that shows them. */
    Page local(int storeId, StoreDir storeDir, long after) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            Page page = page(connection, LOCAL_PAGE, storeId, after, PAGE);
            long signed = 0;
            for (Cache cache : caches.now().all()) {
                if (page.seen() > 0 && cache.showsLocalStore()) {
                    for (KeyRing.Member key : members(cache)) {
                        long begun = System.nanoTime();
                        List<Unsigned> missing =
                                read(connection, LOCAL, storeDir, storeId, after, page.last(), key.id());
                        signed += sign(connection, SIGN_LOCAL, key, missing, begun);
                    }
                }
            }
            return new Page(page.last(), page.seen(), signed);
        });
    }

    /** Signs what was pushed behind one row, into whichever caches. */
    Page uploads(long after) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            Page page = page(connection, UPLOADS_PAGE, after, PAGE);
            long signed = 0;
            for (Cache cache : cachesOf(connection, after, page)) {
                for (KeyRing.Member key : members(cache)) {
                    long begun = System.nanoTime();
                    List<Unsigned> missing =
                            read(connection, UPLOADS, cache.storeDir(), cache.id(), after, page.last(), key.id());
                    signed += sign(connection, SIGN_UPLOADS, key, missing, begun);
                }
            }
            return new Page(page.last(), page.seen(), signed);
        });
    }

    /** None where they do not open: the other caches' paths are signed all the same. */
    private List<KeyRing.Member> members(Cache cache) {
        return ring.find(cache).map(KeyRing.Ring::members).orElse(List.of());
    }

    private static Page page(Connection connection, String sql, Object... of) throws SQLException {
        try (PreparedStatement s = prepared(connection, sql, of);
                ResultSet r = s.executeQuery()) {
            r.next();
            return new Page(r.getLong(1), r.getLong(2), 0);
        }
    }

    private List<Cache> cachesOf(Connection connection, long after, Page page) throws SQLException {
        TreeSet<Integer> ids = new TreeSet<>();
        try (PreparedStatement s = prepared(connection, UPLOADS_CACHES, after, page.last());
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                ids.add(r.getInt(1));
            }
        }
        // those of deleted caches are about to go
        return caches.now().all().stream()
                .filter(cache -> ids.contains(cache.id()))
                .toList();
    }

    private static List<Unsigned> read(Connection connection, String sql, StoreDir storeDir, Object... of)
            throws SQLException {
        List<Unsigned> all = new ArrayList<>();
        try (PreparedStatement s = prepared(connection, sql, of);
                ResultSet r = s.executeQuery()) {
            boolean digest = r.getMetaData().getColumnCount() > 6;
            while (r.next()) {
                StorePath path = StorePath.parseBaseName(StorePathHash.of(r.getBytes(2)) + "-" + r.getString(3));
                TreeSet<StorePath> references = Arrays.stream(
                                (String[]) r.getArray(6).getArray())
                        .map(StorePath::parseBaseName)
                        .collect(Collectors.toCollection(TreeSet::new));
                byte[] fingerprint =
                        Fingerprint.of(storeDir, path, NixHash.ofSha256(r.getBytes(4)), r.getLong(5), references);
                all.add(new Unsigned(r.getLong(1), fingerprint, digest ? r.getBytes(7) : new byte[0]));
            }
        }
        return all;
    }

    private static long sign(Connection connection, String sql, KeyRing.Member key, List<Unsigned> missing, long begun)
            throws SQLException {
        if (missing.isEmpty()) {
            return 0;
        }
        byte[][] signatures = missing.stream()
                .map(path -> key.sign(path.fingerprint()))
                .map(Signature::bytes)
                .toArray(byte[][]::new);
        long signed;
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, key.id());
            s.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", missing.stream().map(Unsigned::id).toArray()));
            s.setArray(3, connection.createArrayOf("bytea", signatures));
            if (sql.equals(SIGN_LOCAL)) {
                s.setArray(
                        4,
                        connection.createArrayOf(
                                "bytea", missing.stream().map(Unsigned::digest).toArray(byte[][]::new)));
            }
            signed = s.executeUpdate();
        }
        try (PreparedStatement s =
                prepared(connection, PACE, key.id(), signed * NANOS / Math.max(1, System.nanoTime() - begun))) {
            s.executeUpdate();
        }
        return signed;
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement s = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            s.setObject(i + 1, values[i]);
        }
        return s;
    }
}
