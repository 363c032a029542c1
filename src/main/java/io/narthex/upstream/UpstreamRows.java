package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.StoredNar;
import io.narthex.index.UpstreamNar;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads rows of {@code upstream_path} in the transaction of the connection that it is given. */
final class UpstreamRows {
    private static final String FIND = """
        select p.id, p.upstream_id, p.hash, p.name, p.vouched_by, p.nar_url, p.file_name, p.compression, p.file_hash,
               p.file_size, p.nar_hash, p.nar_size, p.refs, p.deriver, p.content_address, p.foreign_sigs, p.looked_up_at,
               b.id, b.storage_key, b.file_hash, b.file_size, b.content_hash
        from upstream_path p left join blob b on b.id = p.blob_id where p.cache_id = ? and p.hash = ?
        """;
    /**
     * Because of the select around its number PostgreSQL thinks of any cache. Of one that is newer than its statistics it thinks
     * that it has one path, which any index finds that begins by cache, and reads all of them.
     */
    private static final String FIND_ALL = """
        select p.id, p.upstream_id, p.hash, p.name, p.vouched_by, p.nar_url, p.file_name, p.compression, p.file_hash,
               p.file_size, p.nar_hash, p.nar_size, p.refs, p.deriver, p.content_address, p.foreign_sigs, p.looked_up_at,
               b.id, b.storage_key, b.file_hash, b.file_size, b.content_hash,
               array(select s.signature from unnest(?::bigint[]) with ordinality k(id, place)
                     join upstream_signature s on s.key_id = k.id and s.path_id = p.id order by k.place)
        from upstream_path p left join blob b on b.id = p.blob_id
        where p.cache_id = (select cast(? as integer)) and p.hash = any(?)
        """;

    private static final String BY_FILE =
            "select hash from upstream_path where cache_id = ? and file_name = ? order by id limit 1";

    private UpstreamRows() {}

    /** What the cache was told of the path with this hash. */
    static Optional<UpstreamRow> find(Connection connection, Cache cache, StorePathHash hash) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setInt(1, cache.id());
            s.setBytes(2, hash.toBytes());
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? row(r, cache) : Optional.empty();
            }
        }
    }

    /** Which path has a NAR file of that name. */
    static Optional<StorePathHash> findByFile(Connection connection, Cache cache, String fileName) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(BY_FILE)) {
            s.setInt(1, cache.id());
            s.setString(2, fileName);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(StorePathHash.of(r.getBytes(1))) : Optional.empty();
            }
        }
    }

    /**
     * A row, with the signatures that the database has.
     *
     * @param signatures by keys of the ring, in its order; some may be missing
     */
    record Signed(UpstreamRow row, List<byte[]> signatures) {
        boolean isWhole(KeyRing.Ring keys) {
            return !row.maySign() || signatures.size() == keys.members().size();
        }

        /** By all keys, where it {@link #isWhole}. */
        List<Signature> ours(KeyRing.Ring keys) {
            List<Signature> all = new ArrayList<>();
            for (int i = 0; row.maySign() && i < signatures.size(); i++) {
                all.add(new Signature(keys.members().get(i).publicKey().name(), signatures.get(i)));
            }
            return all;
        }
    }

    /** The same for many paths, with the signatures of those keys; by one statement. */
    static List<Signed> findAll(Connection connection, Cache cache, KeyRing.Ring keys, Collection<StorePathHash> hashes)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(FIND_ALL)) {
            s.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint",
                            keys.members().stream().map(KeyRing.Member::id).toArray()));
            s.setInt(2, cache.id());
            s.setArray(
                    3,
                    connection.createArrayOf(
                            "bytea", hashes.stream().map(StorePathHash::toBytes).toArray(byte[][]::new)));
            List<Signed> all = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    byte[][] signatures = (byte[][]) r.getArray(23).getArray();
                    row(r, cache).ifPresent(row -> all.add(new Signed(row, List.of(signatures))));
                }
            }
            return all;
        }
    }

    /** Empty where nothing vouches for it: no key, and not the bytes that are here. */
    private static Optional<UpstreamRow> row(ResultSet r, Cache cache) throws SQLException {
        StorePath path = StorePath.parseBaseName(StorePathHash.of(r.getBytes(3)) + "-" + r.getString(4));
        String fileName = r.getString(7);
        String compression = r.getString(8);
        NixHash narHash = NixHash.ofSha256(r.getBytes(11));
        long narSize = r.getLong(12);
        Optional<StoredNar> stored = stored(r, fileName, compression, narHash, narSize);
        Optional<NixHash> told = Optional.ofNullable(r.getBytes(9)).map(NixHash::ofSha256);
        Optional<NixHash> fileHash = stored.map(StoredNar::fileHash).or(() -> told);
        OptionalLong fileSize =
                stored.isPresent() ? OptionalLong.of(stored.get().fileSize()) : size(r, 10);
        NarInfo facts = new NarInfo(
                cache.storeDir(),
                path,
                UpstreamRow.NAR + fileName,
                compression,
                fileHash,
                fileSize,
                narHash,
                narSize,
                paths(Upstreams.texts(r, 13)),
                Optional.ofNullable(r.getString(14)).map(StorePath::parseBaseName),
                Upstreams.texts(r, 16).stream().map(Signature::parse).toList(),
                Optional.ofNullable(r.getString(15)));
        Optional<PublicKey> key = Optional.ofNullable(r.getString(5)).map(PublicKey::parse);
        Optional<ContentAddress> proof = key.isPresent() ? Optional.empty() : ContentAddress.proving(facts);
        Optional<NixHash> contents = proof.flatMap(ContentAddress::contentsHash);
        Optional<NixHash> here = Optional.ofNullable(r.getBytes(22)).map(NixHash::ofSha256);
        boolean others = stored.isPresent() && contents.isPresent() && !contents.equals(here);
        if ((key.isEmpty() && proof.isEmpty()) || others) {
            return Optional.empty();
        }
        UpstreamNar nar = UpstreamRow.nar(cache, r.getInt(2), r.getString(6), facts, contents);
        return Optional.of(new UpstreamRow(
                r.getLong(1),
                r.getInt(2),
                key,
                facts,
                nar,
                stored,
                r.getObject(17, OffsetDateTime.class).toInstant()));
    }

    private static Optional<StoredNar> stored(
            ResultSet r, String fileName, String compression, NixHash narHash, long narSize) throws SQLException {
        String key = r.getString(19);
        return key == null
                ? Optional.empty()
                : Optional.of(new StoredNar(
                        r.getLong(18),
                        key,
                        fileName,
                        compression,
                        NixHash.ofSha256(r.getBytes(20)),
                        r.getLong(21),
                        narHash,
                        narSize));
    }

    private static OptionalLong size(ResultSet r, int column) throws SQLException {
        long size = r.getLong(column);
        return r.wasNull() ? OptionalLong.empty() : OptionalLong.of(size);
    }

    private static SortedSet<StorePath> paths(List<String> names) {
        TreeSet<StorePath> paths = new TreeSet<>();
        names.forEach(name -> paths.add(StorePath.parseBaseName(name)));
        return paths;
    }
}
