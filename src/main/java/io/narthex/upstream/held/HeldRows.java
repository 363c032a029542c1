package io.narthex.upstream.held;

import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.Session;

/** Marks paths of upstreams that pushed paths refer to. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class HeldRows {
    /** In the order of their rows, as all who lock several have it. */
    private static final String HOLD = """
        with rows as materialized (
            select p.id from upstream_path p
            where p.cache_id = (select cast(? as integer)) and p.hash = any(?) order by p.id for update)
        update upstream_path p set held_at = now() from rows r where p.id = r.id returning p.hash, p.refs
        """;

    @PersistenceContext
    private EntityManager entities;

    /** Holds these and all that they refer to, as far as upstreams were asked for it; gives what is held now. */
    public Set<StorePathHash> hold(Cache cache, Collection<StorePathHash> hashes) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            Set<StorePathHash> held = new HashSet<>();
            Set<StorePathHash> asked = new HashSet<>(hashes);
            Set<StorePathHash> next = asked;
            while (!next.isEmpty()) {
                Set<StorePathHash> references = holdSome(connection, cache, next, held);
                references.removeAll(asked);
                asked.addAll(references);
                next = references;
            }
            return held;
        });
    }

    /** Adds those that are held to the set, and gives what they refer to. */
    private static Set<StorePathHash> holdSome(
            Connection connection, Cache cache, Set<StorePathHash> hashes, Set<StorePathHash> held)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(HOLD)) {
            s.setInt(1, cache.id());
            s.setArray(
                    2,
                    connection.createArrayOf(
                            "bytea", hashes.stream().map(StorePathHash::toBytes).toArray(byte[][]::new)));
            Set<StorePathHash> references = new HashSet<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    held.add(StorePathHash.of(r.getBytes(1)));
                    for (String name : (String[]) r.getArray(2).getArray()) {
                        references.add(StorePath.parseBaseName(name).hash());
                    }
                }
            }
            return references;
        }
    }
}
