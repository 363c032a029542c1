package io.narthex.console.session;

import io.narthex.access.RoleTokens;
import io.narthex.access.TokenLogin.Credential;
import io.narthex.access.token.RoleIn;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Begins sessions: of who has shown a token, and of persons who come back from a provider. */
@ApplicationScoped
@Retried
@Transactional
public class Arrivals {
    /** Of one token or person; a new one ends the oldest. People have few browsers, and a script that logs in must not fill the table. */
    private static final int MOST_OF_ONE = 100;

    private static final String OPEN = "insert into console_session (id_hash, token_id, token_proof) values (?, ?, ?)";

    private static final String OPEN_PERSON =
            "insert into console_session (id_hash, subject, roles, refresh, authenticated_at, asked_at)"
                    + " values (?, ?, ?, ?, least(?, clock_timestamp()), clock_timestamp())";

    private static final String ADD_TOKEN = "insert into console_session_token (id_hash, token_id) values (?, ?)";

    private static final String CROWD_OUT = "delete from console_session where id_hash in (select s.id_hash"
            + " from console_session s where s.token_id is not distinct from ? and s.subject is not distinct from ?"
            + " order by s.created_at desc offset ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private RoleTokens roleTokens;

    /** Begins one of who has shown a token. */
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
                s.setBytes(4, SealedText.sealIfAny(person.refresh(), id.bits()));
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

    private static void crowdOut(Connection connection, @Nullable Long token, @Nullable String subject)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(CROWD_OUT)) {
            s.setObject(1, token, Types.BIGINT);
            s.setString(2, subject);
            s.setInt(3, MOST_OF_ONE);
            s.executeUpdate();
        }
    }
}
