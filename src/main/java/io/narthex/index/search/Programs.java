package io.narthex.index.search;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.narthex.job.Progress;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Writes the table of programs and libraries from the listings of paths, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Programs {
    private static final System.Logger LOG = System.getLogger(Programs.class.getName());

    private static final String WAITING = "select path_id from program_queue order by path_id limit ?";

    /**
     * A path that somebody deletes just now is left: who waits for it may be waited for. Small listings come along, which are nearly
     * all.
     */
    private static final String THERE = """
        select p.id, p.cache_id, case when octet_length(b.listing) <= 65536 then b.listing end
        from uploaded_path p join blob b on b.id = p.blob_id
        where p.id = any (?) order by p.id for key share of p skip locked
        """;

    private static final String LISTING =
            "select b.listing from uploaded_path p join blob b on b.id = p.blob_id where p.id = ?";

    private static final String ADD =
            "insert into path_program (path_id, cache_id, names) values (?, ?, ?) on conflict (path_id) do nothing";

    private static final String DONE = "delete from program_queue q where q.path_id = any (?) and (q.path_id = any (?)"
            + " or not exists (select from uploaded_path p where p.id = q.path_id))";

    private static final String COUNT = "select count(*) from program_queue";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * What came of some paths.
     *
     * @param waiting that were looked for
     * @param taken that do not wait any more
     * @param added that have programs or libraries
     */
    record Taken(int waiting, int taken, int added) {}

    /**
     * A path whose listing was read.
     *
     * @param names as {@link ProgramNames} gives them
     */
    private record Looked(long path, int cache, String names) {}

    /** Takes so many paths that wait at most. */
    Taken take(int most) {
        try (Connection connection = dataSource.getConnection()) {
            Progress.ofThisRun().expect(() -> count(connection));
            List<Long> waiting = waiting(connection, most);
            List<Looked> there = there(connection, waiting);
            List<Looked> found =
                    there.stream().filter(path -> !path.names().isEmpty()).toList();
            add(connection, found);
            return new Taken(waiting.size(), done(connection, waiting, there), found.size());
        } catch (SQLException e) {
            throw new IllegalStateException("programs of paths cannot be noted", e);
        }
    }

    private static long count(Connection connection) {
        try (PreparedStatement s = connection.prepareStatement(COUNT);
                ResultSet row = s.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("paths that wait cannot be counted", e);
        }
    }

    private static List<Long> waiting(Connection connection, int most) throws SQLException {
        List<Long> waiting = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(WAITING)) {
            s.setInt(1, most);
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    waiting.add(row.getLong(1));
                }
            }
        }
        return waiting;
    }

    private static List<Looked> there(Connection connection, List<Long> paths) throws SQLException {
        List<Looked> there = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(THERE)) {
            s.setArray(1, array(connection, paths));
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    long path = row.getLong(1);
                    byte[] listing = row.getBytes(3);
                    there.add(new Looked(
                            path, row.getInt(2), names(path, listing == null ? listing(connection, path) : listing)));
                }
            }
        }
        return there;
    }

    private static byte[] listing(Connection connection, long path) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(LISTING)) {
            s.setLong(1, path);
            try (ResultSet row = s.executeQuery()) {
                return row.next() ? row.getBytes(1) : new byte[0];
            }
        }
    }

    /** A listing that nobody can read would else be in the way of all behind it. */
    private static String names(long path, byte[] listing) {
        try {
            return ProgramNames.of(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(listing)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=listing-unreadable path={0} reason={1}", path, e.getMessage());
            return "";
        }
    }

    private static void add(Connection connection, List<Looked> paths) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(ADD)) {
            for (Looked path : paths) {
                s.setLong(1, path.path());
                s.setInt(2, path.cache());
                s.setString(3, path.names());
                s.addBatch();
            }
            s.executeBatch();
        }
    }

    private static int done(Connection connection, List<Long> waiting, List<Looked> there) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(DONE)) {
            s.setArray(1, array(connection, waiting));
            s.setArray(2, array(connection, there.stream().map(Looked::path).toList()));
            return s.executeUpdate();
        }
    }

    private static Array array(Connection connection, List<Long> ids) throws SQLException {
        return connection.createArrayOf("bigint", ids.toArray());
    }
}
