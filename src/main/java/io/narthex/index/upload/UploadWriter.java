package io.narthex.index.upload;

import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.hibernate.Session;

/** Changes the rows of paths that were pushed. Every call needs a transaction of the caller's. */
@ApplicationScoped
class UploadWriter {
    private static final String SIGN = """
        insert into upload_signature (key_id, path_id, signature, claim) values (?, ?, ?, 'received')
        on conflict (key_id, path_id) do nothing
        """;
    private static final String LOCK = "select foreign_sigs from uploaded_path where id = ? for update";
    private static final String MERGE = "update uploaded_path set foreign_sigs = ?, version = version + 1 where id = ?";

    @PersistenceContext
    private EntityManager entities;

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

    /** Tells of every path of every live cache. */
    void presence(UploadedPaths.Presence told) {
        entities.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement("select cache_id, hash from uploaded_path")) {
                // else the driver holds all rows at once
                s.setFetchSize(10_000);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        told.add(r.getInt(1), StorePathHash.of(r.getBytes(2)));
                    }
                }
            }
        });
    }

    private static java.sql.Array signatures(Connection connection, Collection<Signature> all) throws SQLException {
        return connection.createArrayOf(
                "text", all.stream().map(Signature::toString).toArray());
    }
}
