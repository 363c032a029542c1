package io.narthex.index.local;

import io.narthex.cache.Cache;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.key.KeyRing;
import io.narthex.localstore.RowDigest;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads many rows of the machine's store with our signatures by one statement: asked one by one through JPA, each takes a hundred
 * times as long. On any thread; there is no transaction around it.
 */
@ApplicationScoped
class LocalPathQuery {
    /** Because of offset 0 a signature is looked up by its path: of a new cache PostgreSQL thinks that it has one. */
    private static final String FIND = """
        select p.id, p.hash, p.name, p.nar_hash, p.nar_size, p.refs, p.deriver, p.content_address, p.foreign_sigs,
               p.registered_at, p.row_digest, p.nix_id, p.checked_at,
               array(select s.signature from unnest(?::bigint[]) with ordinality k(id, place)
                     join path_signature s on s.key_id = k.id and s.path_id = p.id order by k.place),
               l.signed, l.foreign_sigs
        from local_path p
        left join lateral (select s.signed, s.foreign_sigs from local_signature s
                            where s.cache_id = ? and s.hash = p.hash offset 0) l on true
        where p.store_id = ? and p.hash = any(?) and p.quarantined_at is null
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * A path as the index has it, signed by every key.
     *
     * @param path what the index says of it, which Nix may say no more
     * @param ours in the order of the keys
     * @param pushed signatures of others for this cache; they count only if they sign what the path is now
     * @param signed digest of what those sign; null where there are none
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
    record Row(
            long id,
            ValidPath path,
            List<Signature> ours,
            @Nullable Instant checkedAt,
            byte @Nullable [] signed,
            List<Signature> pushed) {
        /** As the cache offers it. */
        SignedPath offered(StoreDir storeDir, KeyRing.Ring ring, SourceMemory memory) {
            ValidPath told = pushed.isEmpty() || !signsWhatItIs(storeDir) ? path : path.and(pushed);
            return SignedPath.local(storeDir, id, told, ring, ours, checkedAt, memory);
        }

        private boolean signsWhatItIs(StoreDir storeDir) {
            byte[] now = Fingerprint.of(storeDir, path.path(), path.narHash(), path.narSize(), path.references());
            return Arrays.equals(signed, LocalSignatures.digest(now));
        }
    }

    /** Those of these paths that are not in quarantine and that every key of the ring has signed. */
    List<Row> find(Cache cache, int storeId, KeyRing.Ring ring, Collection<StorePathHash> hashes) throws SQLException {
        List<KeyRing.Member> keys = ring.members();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(KeyRing.Member::id).toArray()));
            s.setInt(2, cache.id());
            s.setInt(3, storeId);
            s.setArray(
                    4,
                    connection.createArrayOf(
                            "bytea", hashes.stream().map(StorePathHash::toBytes).toArray(byte[][]::new)));
            List<Row> rows = new ArrayList<>(hashes.size());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    byte[][] signatures = (byte[][]) r.getArray(14).getArray();
                    if (signatures.length == keys.size()) {
                        rows.add(row(r, keys, signatures));
                    }
                }
            }
            return rows;
        }
    }

    private static Row row(ResultSet r, List<KeyRing.Member> keys, byte[][] signatures) throws SQLException {
        List<Signature> ours = new ArrayList<>(signatures.length);
        for (int i = 0; i < signatures.length; i++) {
            ours.add(new Signature(keys.get(i).publicKey().name(), signatures[i]));
        }
        Timestamp checked = r.getTimestamp(13);
        byte[] signed = r.getBytes(15);
        return new Row(
                r.getLong(1),
                path(r),
                ours,
                checked == null ? null : checked.toInstant(),
                signed,
                signed == null ? List.of() : list(r, 16, Signature::parse));
    }

    private static ValidPath path(ResultSet r) throws SQLException {
        return new ValidPath(
                r.getLong(12),
                StorePath.parseBaseName(StorePathHash.of(r.getBytes(2)) + "-" + r.getString(3)),
                NixHash.ofSha256(r.getBytes(4)),
                r.getLong(5),
                r.getTimestamp(10).toInstant(),
                Optional.ofNullable(r.getString(7)).map(StorePath::parseBaseName),
                list(r, 6, StorePath::parseBaseName).stream().collect(Collectors.toCollection(TreeSet::new)),
                list(r, 9, Signature::parse),
                Optional.ofNullable(r.getString(8)),
                RowDigest.of(r.getBytes(11)));
    }

    private static <T> List<T> list(ResultSet r, int column, Function<String, T> parse) throws SQLException {
        return Arrays.stream((String[]) r.getArray(column).getArray())
                .map(parse)
                .toList();
    }
}
