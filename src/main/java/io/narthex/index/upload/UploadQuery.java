package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.index.StoredNar;
import io.narthex.index.local.LocalSignatures;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Reads many pushed paths with our signatures by one statement: asked one by one through JPA, each takes a hundred times as long.
 * On any thread; there is no transaction around it.
 */
@ApplicationScoped
class UploadQuery {
    /**
     * Because of the select around its number PostgreSQL thinks of any cache. Of one that was empty just now it thinks that it has
     * one path, which any index finds that begins by cache, and reads all of them for each question.
     */
    private static final String FIND = """
        select u.id, u.hash, u.name, u.file_name, u.nar_hash, u.nar_size, u.refs, u.deriver, u.content_address,
               u.foreign_sigs, u.published_at, b.id, b.storage_key, b.compression, b.file_hash, b.file_size, b.nar_hash,
               b.nar_size,
               array(select s.signature from unnest(?::bigint[]) with ordinality k(id, place)
                     join upload_signature s on s.key_id = k.id and s.path_id = u.id order by k.place),
               l.signed, l.foreign_sigs
        from uploaded_path u join blob b on b.id = u.blob_id
        left join local_signature l on ? and l.cache_id = u.cache_id and l.hash = u.hash
        where u.cache_id = (select cast(? as integer)) and u.hash = any(?) and u.condemned_at is null and b.quarantined_at is null
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Those of these paths that the cache was given; unclear is what not every key of the ring has signed. */
    PathSource.Found find(Cache cache, KeyRing.Ring ring, Set<StorePathHash> hashes, SourceMemory memory)
            throws SQLException {
        Object[] keys = ring.members().stream().map(KeyRing.Member::id).toArray();
        byte[][] asked = hashes.stream().map(StorePathHash::toBytes).toArray(byte[][]::new);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setArray(1, connection.createArrayOf("bigint", keys));
            s.setBoolean(2, cache.whole().showsLocalStore());
            s.setInt(3, cache.id());
            s.setArray(4, connection.createArrayOf("bytea", asked));
            try (ResultSet r = s.executeQuery()) {
                return read(r, cache, ring, memory);
            }
        }
    }

    private static PathSource.Found read(ResultSet r, Cache cache, KeyRing.Ring ring, SourceMemory memory)
            throws SQLException {
        Map<StorePathHash, SignedPath> found = new HashMap<>();
        Set<StorePathHash> unclear = new HashSet<>();
        while (r.next()) {
            StorePathHash hash = StorePathHash.of(r.getBytes(2));
            byte[][] signatures = (byte[][]) r.getArray(19).getArray();
            if (signatures.length == ring.members().size()) {
                found.put(hash, path(r, cache, ring, signatures, memory));
            } else {
                unclear.add(hash);
            }
        }
        return new PathSource.Found(found, unclear);
    }

    private static SignedPath path(
            ResultSet r, Cache cache, KeyRing.Ring ring, byte[][] signatures, SourceMemory memory) throws SQLException {
        List<Signature> ours = new ArrayList<>(signatures.length);
        for (int i = 0; i < signatures.length; i++) {
            ours.add(new Signature(ring.members().get(i).publicKey().name(), signatures[i]));
        }
        StoredNar nar = nar(r);
        Instant published = r.getTimestamp(11).toInstant();
        NarSource source = new NarSource.InBlobStore(nar);
        return new SignedPath(r.getLong(1), facts(r, cache, nar), source, published, ring, ours, published, memory);
    }

    private static StoredNar nar(ResultSet r) throws SQLException {
        return new StoredNar(
                r.getLong(12),
                r.getString(13),
                r.getString(4),
                r.getString(14),
                NixHash.ofSha256(r.getBytes(15)),
                r.getLong(16),
                NixHash.ofSha256(r.getBytes(17)),
                r.getLong(18));
    }

    private static NarInfo facts(ResultSet r, Cache cache, StoredNar nar) throws SQLException {
        NarInfo facts = new NarInfo(
                cache.storeDir(),
                StorePath.parseBaseName(StorePathHash.of(r.getBytes(2)) + "-" + r.getString(3)),
                "nar/" + nar.fileName(),
                nar.compression(),
                Optional.of(nar.fileHash()),
                OptionalLong.of(nar.fileSize()),
                NixHash.ofSha256(r.getBytes(5)),
                r.getLong(6),
                list(r, 7, StorePath::parseBaseName).stream().collect(Collectors.toCollection(TreeSet::new)),
                Optional.ofNullable(r.getString(8)).map(StorePath::parseBaseName),
                list(r, 10, Signature::parse),
                Optional.ofNullable(r.getString(9)));
        byte[] signed = r.getBytes(20);
        if (signed == null || !Arrays.equals(signed, LocalSignatures.digest(Fingerprint.of(facts)))) {
            return facts;
        }
        TreeSet<Signature> all = new TreeSet<>(facts.signatures());
        all.addAll(list(r, 21, Signature::parse));
        return facts.withSignatures(List.copyOf(all));
    }

    private static <T> List<T> list(ResultSet r, int column, Function<String, T> parse) throws SQLException {
        return Arrays.stream((String[]) r.getArray(column).getArray())
                .map(parse)
                .toList();
    }
}
