package io.narthex.audit;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes many rows together. Where the database refuses them, it writes them in smaller parts, so that only the bad
 * rows are lost. For one thread.
 */
final class ByParts<T> {
    private static final System.Logger LOG = System.getLogger(ByParts.class.getName());

    private final List<T> rows;
    private final Writing<T> writing;
    private int done;

    /** Writes all of some rows, or none. */
    interface Writing<T> {
        void write(Connection connection, List<T> rows) throws SQLException;
    }

    ByParts(List<T> rows, Writing<T> writing) {
        this.rows = rows;
        this.writing = writing;
    }

    /**
     * Writes the rows in their order. One that stops the others is found by halves, logged and left out.
     *
     * @throws SQLException where the database takes nothing now
     */
    void write(Connection connection) throws SQLException {
        if (!rows.isEmpty()) {
            write(connection, rows);
        }
    }

    /** Those that neither were written nor never can be. */
    List<T> left() {
        return rows.subList(done, rows.size());
    }

    private void write(Connection connection, List<T> part) throws SQLException {
        try {
            writing.write(connection, part);
            done += part.size();
        } catch (SQLException | RuntimeException e) {
            if (!RowFault.isCauseOf(e)) {
                throw e;
            }
            if (part.size() == 1) {
                LOG.log(Level.ERROR, "event=read-not-kept cause={0} instead: {1}", e.toString(), part.getFirst());
                done++;
                return;
            }
            int half = part.size() / 2;
            write(connection, part.subList(0, half));
            write(connection, part.subList(half, part.size()));
        }
    }
}
