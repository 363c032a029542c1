package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.hold.HeldException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** Reads closures of one cache and writes them into another. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ClosureRows {
    /** As many as a refusal names. */
    private static final int NAMED = 100;

    /**
     * Here and below: because of offset 0 every look-up uses an index, and because of the select around a cache's number the right
     * one. Of a cache that was empty just now PostgreSQL thinks that it has one path, which any index finds that begins by cache.
     */
    private static final String READ = """
        select u.number, u.hash, u.name, u.nar_hash, u.nar_size, u.refs, u.foreign_sigs,
               case when u.holder = ? then u.since else greatest(u.since, e.found_at) end,
               case when ? then array(select y.name || ':' || encode(s.signature, 'base64')
                      from (select key_id, signature from upload_signature where path_id = u.number
                            union all select key_id, signature from path_signature where path_id = -u.number
                            union all select key_id, signature from upstream_signature where path_id = u.number - (1::bigint << 62)
                            union all select key_id, signature from cache_source_signature where path_id = e.id) s
                           join signing_key y on y.id = s.key_id
                     where y.cache_id in (?, u.holder)) else '{}' end,
               exists (select from uploaded_path t where t.cache_id = (select cast(? as integer)) and t.hash = u.hash offset 0)
        from promotable_paths(?, ?) u
             left join lateral (select x.id, x.found_at from cache_source_path x
                                 where x.cache_id = (select cast(? as integer)) and x.hash = u.hash offset 0) e on true
        order by u.hash
        """;

    private static final String DENIED = "select base_name, rule from denied_among(?, ?, ?)";
    private static final String ADD = """
        insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, deriver,
                                   content_address, foreign_sigs, published_by, built_by)
        select ?, u.hash, u.name, u.blob_id, u.file_name, u.nar_hash, u.nar_size, u.refs, u.deriver, u.content_address,
               string_to_array(w.sigs, ' '), ?, u.built_by
        from unnest(cast(? as bigint[]), cast(? as text[])) as w(number, sigs)
             join promotable_paths(?, ?) u on u.number = w.number and u.blob_id is not null
        order by u.hash
        on conflict on constraint uploaded_path_hash_unique do nothing
        returning id, hash
        """;
    private static final String CLAIM = """
        delete from staged_nar s using uploaded_path u
        where s.cache_id = ? and u.cache_id = s.cache_id and u.file_name = s.file_name and u.blob_id = s.blob_id and u.id = any (?)
        """;
    private static final String SIGN = """
        insert into upload_signature (key_id, path_id, signature, claim)
        select ?, s.path_id, s.signature, 'received'
        from unnest(cast(? as bigint[]), cast(? as bytea[])) as s(path_id, signature)
        """;
    private static final String DIFFERENT = """
        select store_path_base_name(u.hash, u.name)
        from promotable_paths(?, ?) u
             left join lateral (select x.id, x.name, x.nar_hash, x.nar_size, x.refs from uploaded_path x
                                 where x.cache_id = (select cast(? as integer)) and x.hash = u.hash offset 0) t on true
        where t.id is null or (t.name, t.nar_hash, t.nar_size, t.refs) is distinct from (u.name, u.nar_hash, u.nar_size, u.refs)
        limit 100
        """;
    private static final String BUILDS = """
        insert into promoted_identity (tenant_id, token_id)
        select distinct cast(? as integer), i.token_id
        from uploaded_path u join token_identity i on i.token_id = coalesce(u.built_by, u.published_by)
        where u.id = any (?)
        on conflict do nothing
        """;
    private static final String REVIVE = """
        select revive_paths(?, array(
            select t.id
            from promotable_paths(?, ?) u
                 cross join lateral (select x.id, x.condemned_at from uploaded_path x
                                      where x.cache_id = (select cast(? as integer)) and x.hash = u.hash offset 0) t
            where t.condemned_at is not null))
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Lets no rule be made until the end of the transaction. */
    void holdDenials() {
        with("select pg_advisory_xact_lock_shared(hashtextextended('denial', 0))", PreparedStatement::execute);
    }

    /**
     * Reads paths, in the order of their hashes.
     *
     * @param target which may have them already
     * @param signed whether the signatures of the source's keys are wanted too
     */
    List<ClosurePath> read(Cache target, Cache source, boolean signed, long[] ids) {
        return with(READ, s -> {
            s.setInt(1, source.id());
            s.setBoolean(2, signed);
            s.setInt(3, source.id());
            s.setInt(4, target.id());
            s.setInt(5, target.id());
            s.setArray(6, numbers(s, ids));
            s.setInt(7, source.id());
            List<ClosurePath> paths = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    paths.add(path(r));
                }
            }
            return paths;
        });
    }

    private static ClosurePath path(ResultSet r) throws SQLException {
        StorePathHash hash = StorePathHash.of(r.getBytes(2));
        return new ClosurePath(
                r.getLong(1),
                new StorePath(hash, r.getString(3)),
                NixHash.ofSha256(r.getBytes(4)),
                r.getLong(5),
                texts(r, 6).stream().map(StorePath::parseBaseName).collect(Collectors.toCollection(TreeSet::new)),
                texts(r, 7).stream().map(Signature::parse).toList(),
                // the database breaks lines of base64
                texts(r, 9).stream()
                        .map(text -> Signature.parse(text.replace("\n", "")))
                        .toList(),
                r.getObject(8, OffsetDateTime.class).toInstant(),
                r.getBoolean(10));
    }

    /** Those that a rule denies to either cache, or to the one whose row it is, with its name and reason. */
    Map<String, String> denied(Cache target, Cache source, long[] ids) {
        return with(DENIED, s -> {
            s.setInt(1, source.id());
            s.setInt(2, target.id());
            s.setArray(3, numbers(s, ids));
            Map<String, String> denied = new HashMap<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    denied.put(r.getString(1), r.getString(2));
                }
            }
            return denied;
        });
    }

    /**
     * Adds those that the target does not have.
     *
     * @param by the row of the token that asks for it
     * @param signatures of others, for each path
     * @return the rows that were added, by their hashes
     */
    Map<StorePathHash, Long> add(
            Cache target, OptionalLong by, List<ClosurePath> paths, List<List<Signature>> signatures) {
        return with(ADD, s -> {
            s.setInt(1, target.id());
            s.setObject(2, by.isPresent() ? by.getAsLong() : null, Types.BIGINT);
            long[] numbers = paths.stream().mapToLong(ClosurePath::row).toArray();
            s.setArray(3, numbers(s, numbers));
            s.setInt(5, target.id());
            s.setArray(6, numbers(s, numbers));
            s.setArray(
                    4,
                    texts(
                            s,
                            signatures.stream()
                                    .map(all -> all.stream()
                                            .map(Signature::toString)
                                            .collect(Collectors.joining(" ")))
                                    .toList()));
            Map<StorePathHash, Long> added = new HashMap<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    added.put(StorePathHash.of(r.getBytes(2)), r.getLong(1));
                }
            }
            return added;
        });
    }

    /** The files of these rows wait for nobody any more. */
    void claimFiles(Cache target, long[] added) {
        with(CLAIM, s -> {
            s.setInt(1, target.id());
            s.setArray(2, numbers(s, added));
            return s.executeUpdate();
        });
    }

    /** Lets the auditors of the target's tenant see which builds of another tenant pushed these rows of its cache. */
    void tellOfBuilds(Cache target, long[] ids) {
        with(BUILDS, s -> {
            s.setInt(1, target.tenantId());
            s.setArray(2, numbers(s, ids));
            return s.executeUpdate();
        });
    }

    /** Keeps our signatures by a key: the row of a path, and its signature in the same place. */
    void sign(long key, List<Long> rows, List<Signature> signatures) {
        with(SIGN, s -> {
            Connection connection = s.getConnection();
            s.setLong(1, key);
            s.setArray(2, connection.createArrayOf("bigint", rows.toArray()));
            s.setArray(
                    3,
                    connection.createArrayOf(
                            "bytea", signatures.stream().map(Signature::bytes).toArray(byte[][]::new)));
            return s.executeUpdate();
        });
    }

    /**
     * Of rows that were not added, those of which the target has another, or has none any more. The others are offered again where
     * it has hidden them.
     */
    List<String> different(Cache target, long[] ids) {
        List<String> different = with(DIFFERENT, s -> {
            s.setInt(1, target.id());
            s.setArray(2, numbers(s, ids));
            s.setInt(3, target.id());
            List<String> names = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next() && names.size() < NAMED) {
                    names.add(r.getString(1));
                }
            }
            return names;
        });
        with(REVIVE, s -> {
            s.setInt(1, target.id());
            s.setInt(2, target.id());
            s.setArray(3, numbers(s, ids));
            s.setInt(4, target.id());
            return s.execute();
        });
        return different;
    }

    /** What is done with a statement. */
    interface Work<T> {
        T with(PreparedStatement s) throws SQLException;
    }

    <T> T with(String sql, Work<T> work) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            return work.with(s);
        } catch (SQLException e) {
            HeldException.requireOther(e, "Something that the promotion brought");
            throw new IllegalStateException("a closure cannot be promoted", e);
        }
    }

    static Array numbers(PreparedStatement s, long[] numbers) throws SQLException {
        return s.getConnection()
                .createArrayOf("bigint", Arrays.stream(numbers).boxed().toArray());
    }

    static Array texts(PreparedStatement s, List<String> texts) throws SQLException {
        return s.getConnection().createArrayOf("text", texts.toArray());
    }

    private static List<String> texts(ResultSet r, int column) throws SQLException {
        return List.of((String[]) r.getArray(column).getArray());
    }
}
