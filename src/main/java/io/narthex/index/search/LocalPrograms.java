package io.narthex.index.search;

import io.narthex.job.Progress;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes the table of programs and libraries of this machine's store from what lies there, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class LocalPrograms {
    private static final System.Logger LOG = System.getLogger(LocalPrograms.class.getName());

    private static final String WAITING =
            "select id, first_id, last_id from local_program_queue where store_id = ? order by id limit 1";

    private static final String COUNT = "select count(*) from local_path p where p.store_id = ? and exists"
            + " (select from local_program_queue q where q.store_id = ? and p.id between q.first_id and q.last_id)";

    /** The last column: whether somebody deletes it just now, who is not to be waited for. */
    private static final String PATHS = """
        with waiting as materialized (
            select p.id, p.hash, p.name from local_path p where p.store_id = ? and p.id between ? and ? order by p.id limit ?),
        free as (
            select p.id from local_path p where p.id = any (array(select id from waiting)) for key share of p skip locked)
        select w.id, w.hash, w.name, f.id is null from waiting w left join free f on f.id = w.id order by w.id
        """;

    private static final String ADD =
            "insert into local_program (path_id, store_id, names) values (?, ?, ?) on conflict (path_id) do nothing";

    private static final String SHORTEN = "update local_program_queue set first_id = ? where id = ?";

    private static final String REMOVE = "delete from local_program_queue where id = ?";

    private static final String AGAIN =
            "insert into local_program_queue (store_id, first_id, last_id) values (?, ?, ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private LocalStore store;

    /**
     * What came of some paths.
     *
     * @param seen that were looked at
     * @param added that have programs or libraries
     * @param more whether others wait that can be looked at now
     */
    record Taken(int seen, int added, boolean more) {}

    /** Paths that wait: those with numbers from one to another. */
    private record Waiting(long id, long first, long last) {}

    /** @param isBeingDeleted then it waits on, should the deletion be taken back */
    private record Row(long id, StorePath path, boolean isBeingDeleted) {}

    /** Looks at so many paths of a store at most. */
    Taken take(int storeId, int most) {
        try (Connection connection = dataSource.getConnection()) {
            Progress.ofThisRun().expect(() -> count(connection, storeId));
            Waiting waiting = waiting(connection, storeId);
            if (waiting == null) {
                return new Taken(0, 0, false);
            }
            List<Row> rows = rows(connection, storeId, waiting, most);
            List<Row> free = rows.stream().filter(row -> !row.isBeingDeleted()).toList();
            int added = add(connection, storeId, free);
            if (rows.size() == most) {
                change(connection, SHORTEN, rows.getLast().id() + 1, waiting.id());
            } else {
                change(connection, REMOVE, waiting.id());
            }
            for (Row row : rows) {
                if (row.isBeingDeleted()) {
                    change(connection, AGAIN, storeId, row.id(), row.id());
                }
            }
            return new Taken(free.size(), added, rows.isEmpty() || !free.isEmpty());
        } catch (SQLException e) {
            throw new IllegalStateException("programs of the store's paths cannot be noted", e);
        }
    }

    private static long count(Connection connection, int storeId) {
        try (PreparedStatement s = connection.prepareStatement(COUNT)) {
            s.setInt(1, storeId);
            s.setInt(2, storeId);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("paths that wait cannot be counted", e);
        }
    }

    private static @Nullable Waiting waiting(Connection connection, int storeId) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(WAITING)) {
            s.setInt(1, storeId);
            try (ResultSet row = s.executeQuery()) {
                return row.next() ? new Waiting(row.getLong(1), row.getLong(2), row.getLong(3)) : null;
            }
        }
    }

    private static List<Row> rows(Connection connection, int storeId, Waiting waiting, int most) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(PATHS)) {
            s.setInt(1, storeId);
            s.setLong(2, waiting.first());
            s.setLong(3, waiting.last());
            s.setInt(4, most);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    StorePath path = StorePath.parseBaseName(StorePathHash.of(r.getBytes(2)) + "-" + r.getString(3));
                    rows.add(new Row(r.getLong(1), path, r.getBoolean(4)));
                }
            }
        }
        return rows;
    }

    private int add(Connection connection, int storeId, List<Row> rows) throws SQLException {
        int added = 0;
        try (PreparedStatement s = connection.prepareStatement(ADD)) {
            for (Row row : rows) {
                String names = names(row.path());
                if (!names.isEmpty()) {
                    s.setLong(1, row.id());
                    s.setInt(2, storeId);
                    s.setString(3, names);
                    s.addBatch();
                    added++;
                }
            }
            s.executeBatch();
        }
        return added;
    }

    /** A directory that nobody can read would else be in the way of all behind it. */
    private String names(StorePath path) {
        try {
            return ProgramNames.in(store.locate(path));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=path-unreadable path={0} reason={1}", path, e.getMessage());
            return "";
        }
    }

    private static void change(Connection connection, String sql, long... values) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setLong(i + 1, values[i]);
            }
            s.executeUpdate();
        }
    }
}
