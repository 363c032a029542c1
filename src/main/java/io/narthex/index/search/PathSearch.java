package io.narthex.index.search;

import io.narthex.cache.Cache;
import io.narthex.change.DatabaseAwayException;
import io.narthex.index.local.IndexedPaths;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.PGStatement;

/** Finds paths of a cache, of what was pushed into it and of what its machine's store has. Thread-safe. */
@ApplicationScoped
public class PathSearch {
    /** Seconds; a search takes milliseconds, and who is behind one that does not must not wait for it. */
    private static final int PATIENCE = 5;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private IndexedPaths local;

    /**
     * The first of what fits, in an order. What is found may be gone when it is asked for.
     *
     * @param text empty: all paths
     * @param limit how many at most
     * @throws DatabaseAwayException when the database does not answer
     */
    public List<FoundPath> find(Cache cache, Optional<SearchText> text, SearchOrder order, int limit) {
        Map<StorePathHash, FoundPath> found = new HashMap<>();
        try (Connection connection = dataSource.getConnection()) {
            // what the machine's store has first: what was pushed hides it
            if (cache.showsLocalStore()) {
                for (SearchStatement statement : local(text, order)) {
                    run(connection, statement, local.storeId(), cache.id(), limit, found);
                }
            }
            for (SearchStatement statement : pushed(text, order)) {
                run(connection, statement, cache.id(), cache.id(), limit, found);
            }
        } catch (SQLException e) {
            throw new DatabaseAwayException();
        }
        return found.values().stream().sorted(order.order()).limit(limit).toList();
    }

    private static List<SearchStatement> local(Optional<SearchText> text, SearchOrder order) {
        return text.map(typed -> typed.meanings().stream()
                        .map(meaning -> SearchStatement.local(meaning, order))
                        .toList())
                .orElseGet(() -> List.of(SearchStatement.local(order)));
    }

    private static List<SearchStatement> pushed(Optional<SearchText> text, SearchOrder order) {
        return text.map(typed -> typed.meanings().stream()
                        .map(meaning -> SearchStatement.pushed(meaning, order))
                        .toList())
                .orElseGet(() -> List.of(SearchStatement.pushed(order)));
    }

    /** @param holder the cache or the Nix store whose paths these are */
    private static void run(
            Connection connection,
            SearchStatement statement,
            int holder,
            int cache,
            int limit,
            Map<StorePathHash, FoundPath> found)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(statement.text())) {
            // R3: a plan that is kept knows nothing of the text
            s.unwrap(PGStatement.class).setPrepareThreshold(0);
            s.setQueryTimeout(PATIENCE);
            int place = 1;
            s.setInt(place++, holder);
            for (Object value : statement.values()) {
                s.setObject(place++, value);
            }
            s.setInt(place++, cache);
            s.setInt(place, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    FoundPath path = path(r);
                    found.put(path.path().hash(), path);
                }
            }
        }
    }

    private static FoundPath path(ResultSet r) throws SQLException {
        Timestamp used = r.getTimestamp(5);
        return new FoundPath(
                StorePath.parseBaseName(StorePathHash.of(r.getBytes(1)) + "-" + r.getString(2)),
                r.getLong(3),
                r.getTimestamp(4).toInstant(),
                used == null ? null : used.toInstant());
    }
}
