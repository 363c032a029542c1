package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Writes the rows of paths that were pushed. Every call needs a transaction of the caller's. */
@ApplicationScoped
class UploadWriter {
    /** Not caught as a violation: that would doom the caller's transaction. */
    private static final String PUBLISH = """
        with added as (
            insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, deriver,
                                       content_address, foreign_sigs, published_by)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict on constraint uploaded_path_hash_unique do nothing
            returning id),
        signed as (
            insert into upload_signature (key_id, path_id, signature, claim)
            select ours.key_id, added.id, ours.signature, 'received'
            from added, unnest(cast(? as bigint[]), cast(? as bytea[])) as ours(key_id, signature))
        select id from added
        """;

    private static final String SIGN = """
        insert into upload_signature (key_id, path_id, signature, claim) values (?, ?, ?, 'received')
        on conflict (key_id, path_id) do nothing
        """;
    private static final String LOCK = "select foreign_sigs from uploaded_path where id = ? for update";
    private static final String MERGE = "update uploaded_path set foreign_sigs = ?, version = version + 1 where id = ?";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private KeyRing ring;

    /** Adds a path with our signatures; empty where the cache has one of that hash already. */
    OptionalLong publish(Cache cache, NarInfo facts, StoredNar nar, @Nullable Long by) {
        List<KeyRing.Member> keys = ring.of(cache).members();
        byte[] fingerprint = Fingerprint.of(facts);
        byte[][] ours = keys.stream().map(key -> key.sign(fingerprint).bytes()).toArray(byte[][]::new);
        return entities.unwrap(Session.class)
                .doReturningWork(connection -> insert(connection, cache, facts, nar, by, keys, ours));
    }

    private static OptionalLong insert(
            Connection connection,
            Cache cache,
            NarInfo facts,
            StoredNar nar,
            @Nullable Long by,
            List<KeyRing.Member> keys,
            byte[][] ours)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(PUBLISH)) {
            s.setInt(1, cache.id());
            s.setBytes(2, facts.storePath().hash().toBytes());
            s.setString(3, facts.storePath().name());
            s.setLong(4, nar.id());
            s.setString(5, nar.fileName());
            s.setBytes(6, facts.narHash().bytes());
            s.setLong(7, facts.narSize());
            s.setArray(
                    8,
                    connection.createArrayOf(
                            "text",
                            facts.references().stream().map(StorePath::baseName).toArray()));
            s.setString(9, facts.deriver().map(StorePath::baseName).orElse(null));
            s.setString(10, facts.contentAddress().orElse(null));
            s.setArray(11, signatures(connection, facts.signatures()));
            s.setObject(12, by, Types.BIGINT);
            s.setArray(
                    13,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(KeyRing.Member::id).toArray()));
            s.setArray(14, connection.createArrayOf("bytea", ours));
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? OptionalLong.of(r.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Adds signatures of others to those that a path has; true when there were new ones. */
    boolean merge(long pathId, Collection<Signature> added) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            TreeSet<Signature> all = new TreeSet<>();
            try (PreparedStatement s = connection.prepareStatement(LOCK)) {
                s.setLong(1, pathId);
                try (ResultSet r = s.executeQuery()) {
                    if (!r.next()) {
                        return false;
                    }
                    for (String known : (String[]) r.getArray(1).getArray()) {
                        all.add(Signature.parse(known));
                    }
                }
            }
            if (!all.addAll(added)) {
                return false;
            }
            try (PreparedStatement s = connection.prepareStatement(MERGE)) {
                s.setArray(1, signatures(connection, all));
                s.setLong(2, pathId);
                s.executeUpdate();
            }
            return true;
        });
    }

    /** Signs and keeps what is missing of a path, and gives all signatures in the order of the ring. */
    List<Signature> complete(KeyRing.Ring keys, long pathId, NarInfo facts, Map<Long, byte[]> known) {
        List<Signature> all = new ArrayList<>();
        for (KeyRing.Member key : keys.members()) {
            byte[] kept = known.get(key.id());
            if (kept == null) {
                Signature made = key.sign(Fingerprint.of(facts));
                entities.unwrap(Session.class).doWork(c -> keep(c, key.id(), pathId, made));
                all.add(made);
            } else {
                all.add(new Signature(key.publicKey().name(), kept));
            }
        }
        return all;
    }

    private static void keep(Connection connection, long keyId, long pathId, Signature signature) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(SIGN)) {
            s.setLong(1, keyId);
            s.setLong(2, pathId);
            s.setBytes(3, signature.bytes());
            s.executeUpdate();
        }
    }

    /** Every path of every live cache. */
    PresenceSet presence() {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            PresenceSet all = new PresenceSet();
            try (PreparedStatement s = connection.prepareStatement("select cache_id, hash from uploaded_path")) {
                // else the driver holds all rows at once
                s.setFetchSize(10_000);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        all.add(r.getInt(1), StorePathHash.of(r.getBytes(2)));
                    }
                }
            }
            return all;
        });
    }

    private static java.sql.Array signatures(Connection connection, Collection<Signature> all) throws SQLException {
        return connection.createArrayOf(
                "text", all.stream().map(Signature::toString).toArray());
    }
}
