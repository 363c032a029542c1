package io.narthex.console.session;

import io.narthex.access.RoleTokens;
import io.narthex.access.TokenLogin.Credential;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Finds the rows of sessions and ends them, by the database's clock, so that all nodes agree on when one ends: half an hour
 * after it was last used, and eight hours after it began.
 */
@ApplicationScoped
@Retried
@Transactional
public class Sessions {
    /** Of those that have ended, whose tokens one log-out ends too. */
    private static final int FEW = 20;

    static final String LIVE =
            " used_at > clock_timestamp() - interval '30 min'" + " and created_at > clock_timestamp() - interval '8 h'";

    private static final String FIND =
            "select token_id, token_proof, extract(epoch from clock_timestamp() - coalesce(authenticated_at,"
                    + " created_at)), used_at < clock_timestamp() - interval '1 min', subject, roles, refresh,"
                    + " extract(epoch from clock_timestamp() - asked_at), array(select t.token_id from"
                    + " console_session_token t where t.id_hash = s.id_hash) from console_session s where id_hash"
                    + " = ? and" + LIVE;

    private static final String USE =
            "update console_session set used_at = clock_timestamp() where id_hash = ? and" + LIVE;

    private static final String CLOSE = "delete from console_session where id_hash = ?";

    private static final String REMOVE = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where not (" + LIVE + ") order by s.used_at limit ? for update skip locked)";

    private static final String END_TOKENS = "delete from console_session_token where token_id in (select t.token_id"
            + " from console_session_token t where not exists (select from console_session s"
            + " where s.id_hash = t.id_hash) order by t.token_id limit ? for update skip locked) returning token_id";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private RoleTokens roleTokens;

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
                found = session(id, row);
                idled = row.getBoolean(4);
            }
            if (idled) {
                change(connection, USE, id);
            }
            return Optional.of(found);
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be read", e);
        }
    }

    private static Session session(SessionId id, ResultSet row) throws SQLException {
        Duration age = Duration.ofMillis((long) (row.getDouble(3) * 1_000));
        String subject = row.getString(5);
        if (subject == null) {
            long token = row.getLong(1);
            Credential credential = new Credential(row.wasNull() ? null : token, row.getBytes(2));
            return new Session(id, List.of(credential), age, Optional.empty());
        }
        List<Credential> tokens = new ArrayList<>();
        for (Long token : (Long[]) row.getArray(9).getArray()) {
            tokens.add(new Credential(token, null));
        }
        Array roles = row.getArray(6);
        byte[] refresh = row.getBytes(7);
        Session.Known person = new Session.Known(
                subject,
                Set.of((String[]) roles.getArray()),
                refresh == null ? Optional.empty() : SealedText.open(refresh, id.bits()),
                Duration.ofMillis((long) (row.getDouble(8) * 1_000)));
        return new Session(id, tokens, age, Optional.of(person));
    }

    private static int change(Connection connection, String sql, SessionId id) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setBytes(1, id.hash());
            return s.executeUpdate();
        }
    }

    /** Ends one, with the tokens that were made for it; one that is not there has ended. */
    public void close(SessionId id) {
        if (change(CLOSE, id) > 0) {
            endTokens(FEW);
        }
    }

    /** Removes so many at most of those that have ended, and ends the tokens that were made for them; gives how many. */
    public int removeEnded(int most) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(REMOVE)) {
            s.setInt(1, most);
            int removed = s.executeUpdate();
            return Math.max(removed, endTokens(most));
        } catch (SQLException e) {
            throw new IllegalStateException("sessions that have ended cannot be removed", e);
        }
    }

    private int change(String sql, SessionId id) {
        try (Connection connection = dataSource.getConnection()) {
            return change(connection, sql, id);
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be changed", e);
        }
    }

    private int endTokens(int most) {
        List<Long> ended = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(END_TOKENS)) {
            s.setInt(1, most);
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    ended.add(row.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("tokens of sessions cannot be ended", e);
        }
        if (!ended.isEmpty()) {
            roleTokens.end(ended);
        }
        return ended.size();
    }
}
