package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes down what upstreams told, all of it in three statements, in the transaction of the connection that it is given. */
final class ToldRows {
    /**
     * In the order in which all lock several. Bytes that are here already serve other caches as well; those that came for
     * credentials only their tenant's.
     */
    private static final String PUT = """
        insert into upstream_path (cache_id, upstream_id, hash, name, vouched_by, nar_url, file_name, compression, file_hash,
                                   file_size, nar_hash, nar_size, refs, deriver, content_address, foreign_sigs, blob_id)
        select t.cache_id, t.upstream_id, t.hash, t.name, t.vouched_by, t.nar_url, t.file_name, t.compression, t.file_hash,
               t.file_size, t.nar_hash, t.nar_size, string_to_array(t.refs, ' '), t.deriver, t.content_address,
               string_to_array(t.foreign_sigs, ' '),
               (select o.blob_id from upstream_path o join cache c on c.id = o.cache_id join blob b on b.id = o.blob_id
                where o.upstream_id = t.upstream_id and o.nar_hash = t.nar_hash and o.file_name = t.file_name
                  and (not t.secret or c.tenant_id = t.tenant_id) limit 1 for key share of b)
        from unnest(cast(? as integer[]), cast(? as integer[]), cast(? as bytea[]), cast(? as text[]), cast(? as text[]),
                    cast(? as text[]), cast(? as text[]), cast(? as text[]), cast(? as bytea[]), cast(? as bigint[]),
                    cast(? as bytea[]), cast(? as bigint[]), cast(? as text[]), cast(? as text[]), cast(? as text[]),
                    cast(? as text[]), cast(? as boolean[]), cast(? as integer[]))
             as t(cache_id, upstream_id, hash, name, vouched_by, nar_url, file_name, compression, file_hash, file_size,
                  nar_hash, nar_size, refs, deriver, content_address, foreign_sigs, secret, tenant_id)
        order by t.cache_id, t.hash
        on conflict on constraint upstream_path_hash_unique do update set
            upstream_id = excluded.upstream_id, name = excluded.name, vouched_by = excluded.vouched_by,
            nar_url = excluded.nar_url, file_name = excluded.file_name, compression = excluded.compression,
            file_hash = excluded.file_hash, file_size = excluded.file_size, nar_hash = excluded.nar_hash,
            nar_size = excluded.nar_size, refs = excluded.refs, deriver = excluded.deriver,
            content_address = excluded.content_address, foreign_sigs = excluded.foreign_sigs, blob_id = excluded.blob_id,
            looked_up_at = now()
        returning cache_id, hash, id, blob_id is not null, looked_up_at
        """;

    private static final String UNSIGN = "delete from upstream_signature where path_id = any(?)";
    private static final String SIGN = """
        insert into upstream_signature (key_id, path_id, signature, claim)
        select * from unnest(cast(? as bigint[]), cast(? as bigint[]), cast(? as bytea[]), cast(? as text[]))
        """;

    /**
     * What an upstream told of a path of a cache.
     *
     * @param keys of the cache
     * @param ours a signature by each of its keys; none: they are not made yet
     */
    record Told(Cache cache, KeyRing.Ring keys, Answer.Found found, List<Signature> ours) {
        private Key key() {
            return new Key(cache.id(), found.info().storePath().hash());
        }
    }

    /**
     * What became of it.
     *
     * @param stored whether its bytes are here already
     */
    record Written(long id, boolean stored, Instant since) {
        private String claim() {
            return stored ? "received" : "upstream-signature";
        }
    }

    private record Key(int cacheId, StorePathHash hash) {}

    private ToldRows() {}

    /**
     * Keeps what upstreams told, in place of what others or the same told before; of no path twice.
     *
     * @return what became of each, in the same order
     */
    static List<Written> put(Connection connection, List<Told> told) throws SQLException {
        Map<Key, Written> written = new HashMap<>();
        try (PreparedStatement s = connection.prepareStatement(PUT)) {
            Columns columns = new Columns(connection, s, told);
            columns.add("integer", one -> one.cache.id());
            columns.add("integer", one -> one.found.upstream().id());
            columns.add("bytea", one -> one.found.info().storePath().hash().toBytes());
            columns.add("text", one -> one.found.info().storePath().name());
            columns.add("text", one -> one.found.key().map(PublicKey::toString).orElse(null));
            columns.add("text", one -> one.found.nar().toString());
            addFacts(columns);
            columns.add("boolean", one -> one.found.upstream().hasCredentials());
            columns.add("integer", one -> one.cache.tenantId());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    written.put(
                            new Key(r.getInt(1), StorePathHash.of(r.getBytes(2))),
                            new Written(
                                    r.getLong(3),
                                    r.getBoolean(4),
                                    r.getObject(5, OffsetDateTime.class).toInstant()));
                }
            }
        }
        List<Written> all = told.stream()
                .map(one -> Objects.requireNonNull(written.get(one.key())))
                .toList();
        sign(connection, told, all);
        return all;
    }

    private static void addFacts(Columns columns) throws SQLException {
        columns.add("text", one -> UpstreamRow.fileName(one.found.info()));
        columns.add("text", one -> one.found.info().compression());
        columns.add(
                "bytea",
                one -> UpstreamRow.fileHash(one.found.info())
                        .map(NixHash::bytes)
                        .orElse(null));
        columns.add("bigint", one -> boxed(UpstreamRow.fileSize(one.found.info())));
        columns.add("bytea", one -> one.found.info().narHash().bytes());
        columns.add("bigint", one -> one.found.info().narSize());
        columns.add("text", one -> references(one.found.info()));
        columns.add(
                "text",
                one -> one.found.info().deriver().map(StorePath::baseName).orElse(null));
        columns.add("text", one -> one.found.info().contentAddress().orElse(null));
        columns.add(
                "text",
                one -> one.found.info().signatures().stream()
                        .map(Signature::toString)
                        .collect(Collectors.joining(" ")));
    }

    /** In place of those that were made of what was told before. */
    private static void sign(Connection connection, List<Told> told, List<Written> written) throws SQLException {
        List<Object> keys = new ArrayList<>();
        List<Object> paths = new ArrayList<>();
        List<byte[]> signatures = new ArrayList<>();
        List<Object> claims = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            Told one = told.get(i);
            for (int k = 0; k < one.ours.size(); k++) {
                keys.add(one.keys.members().get(k).id());
                paths.add(written.get(i).id);
                signatures.add(one.ours.get(k).bytes());
                claims.add(written.get(i).claim());
            }
        }
        try (PreparedStatement unsign = connection.prepareStatement(UNSIGN);
                PreparedStatement sign = connection.prepareStatement(SIGN)) {
            unsign.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", written.stream().map(Written::id).toArray()));
            unsign.executeUpdate();
            sign.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
            sign.setArray(2, connection.createArrayOf("bigint", paths.toArray()));
            sign.setArray(3, connection.createArrayOf("bytea", signatures.toArray(byte[][]::new)));
            sign.setArray(4, connection.createArrayOf("text", claims.toArray()));
            sign.executeUpdate();
        }
    }

    private static String references(NarInfo info) {
        return info.references().stream().map(StorePath::baseName).collect(Collectors.joining(" "));
    }

    private static @Nullable Long boxed(OptionalLong size) {
        return size.isPresent() ? (Long) size.getAsLong() : null;
    }

    /** Sets the parameters of a statement one by one, each to an array with one value for each that was told. */
    private static final class Columns {
        private final Connection connection;
        private final PreparedStatement statement;
        private final List<Told> told;
        private int last;

        Columns(Connection connection, PreparedStatement statement, List<Told> told) {
            this.connection = connection;
            this.statement = statement;
            this.told = told;
        }

        void add(String type, Function<Told, @Nullable Object> value) throws SQLException {
            @Nullable Object[] values = type.equals("bytea") ? new byte[told.size()][] : new Object[told.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value.apply(told.get(i));
            }
            last++;
            statement.setArray(last, connection.createArrayOf(type, values));
        }
    }
}
