package io.narthex.change;

import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes down what a service changes, in the transaction that changes it, so that every node hears of it. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Changes {
    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Resource(lookup = "java:jboss/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transaction;

    @Inject
    private ChangeFeed feed;

    /** What one transaction changed, told after its commit. */
    private final class Recorded implements Synchronization {
        private final UUID node;
        private final List<Change> changes = new ArrayList<>();

        Recorded(UUID node) {
            this.node = node;
        }

        @Override
        public void beforeCompletion() {
            // all is written already
        }

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                feed.committed(changes);
            }
        }
    }

    /**
     * Says that something changes with the caller's transaction. Once that has committed, and before its caller goes on,
     * this node's listeners know; other nodes know at most half a second later, as a rule at once.
     *
     * @param subject the id of the token, trust, tenant, cache, key or upstream; of a path, the id of its cache
     * @param hash of a path, else null
     * @throws DatabaseAwayException when the other nodes cannot know of this one; the transaction is to be rolled back
     * @throws jakarta.transaction.TransactionalException when there is no transaction
     */
    public void record(ChangeKind kind, long subject, @Nullable StorePathHash hash) {
        Change change = new Change(kind, subject, hash);
        try (Connection connection = dataSource.getConnection()) {
            // before the node's lock, which pushes take last
            holdAlone(connection, change);
            Recorded recorded = recorded(connection);
            write(connection, recorded.node, change);
            recorded.changes.add(change);
        } catch (SQLException e) {
            throw new IllegalStateException("a change cannot be recorded", e);
        }
    }

    /** The same for many paths of a cache, in one statement. */
    public void recordPaths(int cacheId, Collection<StorePathHash> hashes) {
        if (hashes.isEmpty()) {
            return;
        }
        try (Connection connection = dataSource.getConnection()) {
            Recorded recorded = recorded(connection);
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into change (kind, subject, hash) select 'path', ?, h from unnest(cast(? as bytea[])) h"
                            + " where exists (select from node where id = ?)")) {
                insert.setLong(1, cacheId);
                insert.setArray(
                        2,
                        connection.createArrayOf(
                                "bytea",
                                hashes.stream().map(StorePathHash::toBytes).toArray(byte[][]::new)));
                insert.setObject(3, recorded.node);
                if (insert.executeUpdate() == 0) {
                    throw new DatabaseAwayException();
                }
            }
            hashes.forEach(hash -> recorded.changes.add(new Change(ChangeKind.PATH, cacheId, hash)));
        } catch (SQLException e) {
            throw new IllegalStateException("changes cannot be recorded", e);
        }
    }

    /**
     * Pushes share the locks of what allows them, to the end of their transactions ({@code push_right_stands}): those under
     * way are waited for, and what begins behind this transaction sees what it did.
     */
    private static void holdAlone(Connection connection, Change change) throws SQLException {
        switch (change.kind()) {
            case TENANT, CACHE, TOKEN, TRUST -> {
                try (PreparedStatement lock =
                        connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
                    lock.setString(1, change.kind().text() + " " + change.subject());
                    lock.execute();
                }
            }
            case KEY, PATH, UPSTREAM, DENIAL -> {}
        }
    }

    private Recorded recorded(Connection connection) throws SQLException {
        if (transaction.getResource(Changes.class) instanceof Recorded known) {
            return known;
        }
        Recorded recorded = new Recorded(feed.awaitSeen());
        Nodes.keep(connection, recorded.node);
        transaction.registerInterposedSynchronization(recorded);
        transaction.putResource(Changes.class, recorded);
        return recorded;
    }

    private static void write(Connection connection, UUID node, Change change) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into change (kind, subject, hash) select ?, ?, ? where exists (select from node where id ="
                        + " ?)")) {
            insert.setString(1, change.kind().text());
            insert.setLong(2, change.subject());
            StorePathHash hash = change.hash();
            insert.setBytes(3, hash == null ? null : hash.toBytes());
            insert.setObject(4, node);
            if (insert.executeUpdate() == 0) {
                throw new DatabaseAwayException();
            }
        }
    }
}
