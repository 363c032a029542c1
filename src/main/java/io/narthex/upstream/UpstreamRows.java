package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.StoredNar;
import io.narthex.index.UpstreamNar;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.receive.UploadName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads and writes rows of {@code upstream_path} in the transaction of the connection that it is given. */
final class UpstreamRows {
    private static final String FIND = """
        select p.id, p.upstream_id, p.hash, p.name, p.vouched_by, p.nar_url, p.file_name, p.compression, p.file_hash,
               p.file_size, p.nar_hash, p.nar_size, p.refs, p.deriver, p.content_address, p.foreign_sigs, p.looked_up_at,
               b.id, b.storage_key, b.file_hash, b.file_size, b.content_hash
        from upstream_path p left join blob b on b.id = p.blob_id where p.cache_id = ? and p.hash = ?
        """;
    /** Bytes that are here already serve other caches as well; those that came for credentials only their tenant's. */
    private static final String PUT = """
        insert into upstream_path (cache_id, upstream_id, hash, name, vouched_by, nar_url, file_name, compression, file_hash,
                                   file_size, nar_hash, nar_size, refs, deriver, content_address, foreign_sigs, blob_id)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                (select o.blob_id from upstream_path o join cache c on c.id = o.cache_id join blob b on b.id = o.blob_id
                 where o.upstream_id = ? and o.nar_hash = ? and o.file_name = ? and (not ? or c.tenant_id = ?)
                 limit 1 for key share of b))
        on conflict on constraint upstream_path_hash_unique do update set
            upstream_id = excluded.upstream_id, name = excluded.name, vouched_by = excluded.vouched_by,
            nar_url = excluded.nar_url, file_name = excluded.file_name, compression = excluded.compression,
            file_hash = excluded.file_hash, file_size = excluded.file_size, nar_hash = excluded.nar_hash,
            nar_size = excluded.nar_size, refs = excluded.refs, deriver = excluded.deriver,
            content_address = excluded.content_address, foreign_sigs = excluded.foreign_sigs, blob_id = excluded.blob_id,
            looked_up_at = now()
        returning id
        """;

    private static final String BY_FILE =
            "select hash from upstream_path where cache_id = ? and file_name = ? order by id limit 1";

    /**
     * What an upstream told of a path.
     *
     * @param key of the upstream, by which the path stands; empty: by its contents
     * @param facts with the URL under which this server gives the NAR
     * @param nar where the upstream has it
     * @param stored where it is here already
     * @param since when it was told
     */
    record Row(
            long id,
            int upstreamId,
            Optional<PublicKey> key,
            NarInfo facts,
            UpstreamNar nar,
            Optional<StoredNar> stored,
            Instant since) {
        /**
         * Whether all that is told of it is known to be so: somebody vouches for it, its bytes are here, or the path follows from
         * the hash of its NAR.
         */
        boolean maySign() {
            return key.isPresent() || stored.isPresent() || nar.contentsHash().isEmpty();
        }
    }

    private UpstreamRows() {}

    /** What the cache was told of the path with this hash. */
    static Optional<Row> find(Connection connection, Cache cache, StorePathHash hash) throws SQLException {
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
     * Keeps what an upstream told, in place of what another or the same told before.
     *
     * @return the row's id
     */
    static long put(Connection connection, Cache cache, Answer.Found found) throws SQLException {
        NarInfo info = found.info();
        byte[] narHash = info.narHash().bytes();
        String fileName = fileName(info);
        try (PreparedStatement s = connection.prepareStatement(PUT)) {
            s.setInt(1, cache.id());
            s.setInt(2, found.upstream().id());
            s.setBytes(3, info.storePath().hash().toBytes());
            s.setString(4, info.storePath().name());
            s.setString(5, found.key().map(PublicKey::toString).orElse(null));
            s.setString(6, found.nar().toString());
            s.setString(7, fileName);
            s.setString(8, info.compression());
            s.setBytes(9, fileHash(info).map(NixHash::bytes).orElse(null));
            OptionalLong size = fileSize(info);
            s.setObject(10, size.isPresent() ? (Long) size.getAsLong() : null, Types.BIGINT);
            s.setBytes(11, narHash);
            s.setLong(12, info.narSize());
            s.setArray(
                    13,
                    texts(
                            connection,
                            info.references().stream().map(StorePath::baseName).toList()));
            s.setString(14, info.deriver().map(StorePath::baseName).orElse(null));
            s.setString(15, info.contentAddress().orElse(null));
            s.setArray(
                    16,
                    texts(
                            connection,
                            info.signatures().stream().map(Signature::toString).toList()));
            s.setInt(17, found.upstream().id());
            s.setBytes(18, narHash);
            s.setString(19, fileName);
            s.setBoolean(20, found.upstream().hasCredentials());
            s.setInt(21, cache.tenantId());
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getLong(1);
            }
        }
    }

    /** Where the file is the NAR, its hash is known in any case. */
    private static Optional<NixHash> fileHash(NarInfo info) {
        return info.compression().equals("none") ? Optional.of(info.narHash()) : info.fileHash();
    }

    private static OptionalLong fileSize(NarInfo info) {
        return info.compression().equals("none") ? OptionalLong.of(info.narSize()) : info.fileSize();
    }

    /** A name of our own: an upstream's may be of any form, with directories and a query. */
    private static String fileName(NarInfo info) {
        Optional<Compression> compression =
                Compression.named(info.compression()).filter(c -> !c.extension().isEmpty());
        return new UploadName(fileHash(info).orElse(info.narHash()), compression).toString();
    }

    /** Empty where nothing vouches for it: no key, and not the bytes that are here. */
    private static Optional<Row> row(ResultSet r, Cache cache) throws SQLException {
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
                "nar/" + fileName,
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
        UpstreamNar nar = new UpstreamNar(
                path,
                cache.id(),
                r.getInt(2),
                r.getString(6),
                fileName,
                compression,
                fileHash,
                fileSize,
                narHash,
                narSize,
                contents);
        return Optional.of(new Row(
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

    private static java.sql.Array texts(Connection connection, List<String> all) throws SQLException {
        return connection.createArrayOf("text", all.toArray());
    }
}
