package io.narthex.console;

import io.narthex.access.TokenLogin.Credential;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads and writes the rows of sessions, by the database's clock, so that all nodes agree on when one ends: half an hour
 * after it was last used, and eight hours after it began.
 */
@ApplicationScoped
@Retried
@Transactional
public class Sessions {
    /** Of one token; a new one ends the oldest. People have few browsers, and a script that logs in must not fill the table. */
    private static final int MOST_OF_TOKEN = 100;

    private static final String LIVE =
            " used_at > clock_timestamp() - interval '30 min'" + " and created_at > clock_timestamp() - interval '8 h'";

    private static final String FIND =
            "select token_id, token_proof, extract(epoch from clock_timestamp() - created_at),"
                    + " used_at < clock_timestamp() - interval '1 min' from console_session where id_hash = ? and"
                    + LIVE;

    private static final String USE =
            "update console_session set used_at = clock_timestamp() where id_hash = ? and" + LIVE;

    private static final String OPEN = "insert into console_session (id_hash, token_id, token_proof) values (?, ?, ?)";

    private static final String CROWD_OUT = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where s.token_id is not distinct from ? order by s.created_at desc offset ?)";

    private static final String CLOSE = "delete from console_session where id_hash = ?";

    private static final String REMOVE = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where not (" + LIVE + ") order by s.used_at limit ? for update skip locked)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Begins one. */
    public void open(SessionId id, Credential credential) {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement s = connection.prepareStatement(OPEN)) {
                s.setBytes(1, id.hash());
                s.setObject(2, credential.token(), Types.BIGINT);
                s.setBytes(3, credential.proof());
                s.executeUpdate();
            }
            try (PreparedStatement s = connection.prepareStatement(CROWD_OUT)) {
                s.setObject(1, credential.token(), Types.BIGINT);
                s.setInt(2, MOST_OF_TOKEN);
                s.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be opened", e);
        }
    }

    /** The one with this id, if it has not ended; it is in use from now on. */
    public Optional<Session> use(SessionId id) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setBytes(1, id.hash());
            Session found;
            boolean idled;
            try (ResultSet row = s.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long token = row.getLong(1);
                Credential credential = new Credential(row.wasNull() ? null : token, row.getBytes(2));
                found = new Session(id, credential, Duration.ofMillis((long) (row.getDouble(3) * 1_000)));
                idled = row.getBoolean(4);
            }
            if (idled) {
                touch(connection, id);
            }
            return Optional.of(found);
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be read", e);
        }
    }

    private static void touch(Connection connection, SessionId id) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(USE)) {
            s.setBytes(1, id.hash());
            s.executeUpdate();
        }
    }

    /** Ends one; one that is not there has ended. */
    public void close(SessionId id) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(CLOSE)) {
            s.setBytes(1, id.hash());
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be closed", e);
        }
    }

    /** Removes so many at most of those that have ended; gives how many. */
    public int removeEnded(int most) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(REMOVE)) {
            s.setInt(1, most);
            return s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("sessions that have ended cannot be removed", e);
        }
    }
}
