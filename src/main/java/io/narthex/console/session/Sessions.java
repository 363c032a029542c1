package io.narthex.console.session;

import io.narthex.access.RoleTokens;
import io.narthex.access.TokenLogin.Credential;
import io.narthex.access.token.RoleIn;
import io.narthex.configuration.Secret;
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
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the rows of sessions, by the database's clock, so that all nodes agree on when one ends: half an hour
 * after it was last used, and eight hours after it began.
 */
@ApplicationScoped
@Retried
@Transactional
public class Sessions {
    /** Of one token or person; a new one ends the oldest. People have few browsers, and a script that logs in must not fill the table. */
    private static final int MOST_OF_ONE = 100;

    /** Of those that have ended, whose tokens one log-out ends too. */
    private static final int FEW = 20;

    private static final String LIVE =
            " used_at > clock_timestamp() - interval '30 min'" + " and created_at > clock_timestamp() - interval '8 h'";

    private static final String FIND =
            "select token_id, token_proof, extract(epoch from clock_timestamp() - coalesce(authenticated_at,"
                    + " created_at)), used_at < clock_timestamp() - interval '1 min', subject, roles, refresh,"
                    + " extract(epoch from clock_timestamp() - asked_at), array(select t.token_id from"
                    + " console_session_token t where t.id_hash = s.id_hash) from console_session s where id_hash"
                    + " = ? and" + LIVE;

    private static final String USE =
            "update console_session set used_at = clock_timestamp() where id_hash = ? and" + LIVE;

    private static final String OPEN = "insert into console_session (id_hash, token_id, token_proof) values (?, ?, ?)";

    private static final String OPEN_PERSON =
            "insert into console_session (id_hash, subject, roles, refresh, authenticated_at, asked_at)"
                    + " values (?, ?, ?, ?, least(?, clock_timestamp()), clock_timestamp())";

    private static final String ADD_TOKEN = "insert into console_session_token (id_hash, token_id) values (?, ?)";

    private static final String CROWD_OUT = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where s.token_id is not distinct from ? and s.subject is not distinct from ?"
            + " order by s.created_at desc offset ?)";

    private static final String CLOSE = "delete from console_session where id_hash = ?";

    private static final String REMOVE = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where not (" + LIVE + ") order by s.used_at limit ? for update skip locked)";

    private static final String END_TOKENS = "delete from console_session_token where token_id in (select t.token_id"
            + " from console_session_token t where not exists (select from console_session s"
            + " where s.id_hash = t.id_hash) order by t.token_id limit ? for update skip locked) returning token_id";

    /** Whoever sets it asks, alone; whoever dies meanwhile leaves it to others after that time. */
    private static final String CLAIM =
            "update console_session set asking_until = clock_timestamp() + interval '30 s' where id_hash = ?"
                    + " and coalesce(asking_until < clock_timestamp(), true) and" + LIVE;

    private static final String ANSWERED =
            "update console_session set asking_until = null, asked_at = clock_timestamp(), refresh = ? where id_hash ="
                    + " ?";

    private static final String RELEASE = "update console_session set asking_until = null where id_hash = ?";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private RoleTokens roleTokens;

    /**
     * Somebody who has come back from a provider.
     *
     * @param refresh by which it is asked anew; empty: it gave none
     * @param authenticatedAt when the person showed it a password or the like; null: it does not say
     */
    public record Arrival(
            String subject,
            String name,
            Set<RoleIn> roles,
            Optional<Secret> refresh,
            @Nullable Instant authenticatedAt) {
        public Arrival {
            roles = Set.copyOf(roles);
        }
    }

    /** Begins one. */
    public void open(SessionId id, Credential credential) {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement s = connection.prepareStatement(OPEN)) {
                s.setBytes(1, id.hash());
                s.setObject(2, credential.token(), Types.BIGINT);
                s.setBytes(3, credential.proof());
                s.executeUpdate();
            }
            crowdOut(connection, credential.token(), null);
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be opened", e);
        }
    }

    /**
     * Begins one of a person, with the tokens by which the person acts.
     *
     * @return false: there is none of the tenants in which the person has roles
     */
    public boolean open(SessionId id, Arrival person) {
        List<Credential> tokens = roleTokens.make(person.name(), person.roles());
        if (tokens.isEmpty()) {
            return false;
        }
        // of whom it is not known when is taken for one of long ago
        Instant authenticated = person.authenticatedAt() == null ? Instant.EPOCH : person.authenticatedAt();
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement s = connection.prepareStatement(OPEN_PERSON)) {
                s.setBytes(1, id.hash());
                s.setString(2, person.subject());
                s.setArray(
                        3,
                        connection.createArrayOf(
                                "text",
                                person.roles().stream()
                                        .map(RoleIn::text)
                                        .sorted()
                                        .toArray()));
                s.setBytes(4, sealed(id, person.refresh()));
                s.setObject(5, authenticated.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
                s.executeUpdate();
            }
            try (PreparedStatement s = connection.prepareStatement(ADD_TOKEN)) {
                for (Credential token : tokens) {
                    s.setBytes(1, id.hash());
                    s.setObject(2, token.token(), Types.BIGINT);
                    s.executeUpdate();
                }
            }
            crowdOut(connection, null, person.subject());
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be opened", e);
        }
    }

    private static byte @Nullable [] sealed(SessionId id, Optional<Secret> refresh) {
        return refresh.map(text -> SealedText.seal(text, id.bits())).orElse(null);
    }

    private static void crowdOut(Connection connection, @Nullable Long token, @Nullable String subject)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(CROWD_OUT)) {
            s.setObject(1, token, Types.BIGINT);
            s.setString(2, subject);
            s.setInt(3, MOST_OF_ONE);
            s.executeUpdate();
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

    /** Whether the caller is the one that asks the provider now; it then says {@link #answered} or {@link #release}. */
    public boolean claim(SessionId id) {
        return change(CLAIM, id) > 0;
    }

    /** The provider has said that nothing has changed. */
    public void answered(SessionId id, Optional<Secret> refresh) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(ANSWERED)) {
            s.setBytes(1, sealed(id, refresh));
            s.setBytes(2, id.hash());
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be written", e);
        }
    }

    /** The provider has given no answer. */
    public void release(SessionId id) {
        change(RELEASE, id);
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
