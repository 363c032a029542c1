package io.narthex.console.session;

import io.narthex.configuration.Secret;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Lets one request at a time ask the provider anew about a person's session, on whichever node it is: many providers take what they are
 * asked with once.
 */
@ApplicationScoped
@Retried
@Transactional
public class ProviderTurns {
    /** Whoever sets it asks, alone; whoever dies meanwhile leaves it to others after that time. */
    private static final String CLAIM =
            "update console_session set asking_until = clock_timestamp() + interval '30 s' where id_hash = ?"
                    + " and coalesce(asking_until < clock_timestamp(), true) and" + Sessions.LIVE;

    private static final String ANSWERED =
            "update console_session set asking_until = null, asked_at = clock_timestamp(), refresh = ? where id_hash ="
                    + " ?";

    private static final String RELEASE = "update console_session set asking_until = null where id_hash = ?";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Whether the caller is the one that asks the provider now; it then says {@link #answered} or {@link #release}. */
    public boolean claim(SessionId id) {
        return change(CLAIM, id) > 0;
    }

    /** The provider has said that nothing has changed. */
    public void answered(SessionId id, Optional<Secret> refresh) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(ANSWERED)) {
            s.setBytes(1, SealedText.sealIfAny(refresh, id.bits()));
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

    private int change(String sql, SessionId id) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            s.setBytes(1, id.hash());
            return s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a session cannot be changed", e);
        }
    }
}
