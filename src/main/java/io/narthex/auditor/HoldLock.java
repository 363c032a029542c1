package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Lets whoever sets a hold wait for removals under way, and later ones wait for the hold. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class HoldLock {
    /** The function await_holds takes the same one, shared. */
    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended('hold ' || ?::integer, 0))";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Until the caller's transaction ends. */
    void takeAlone(int tenantId) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(LOCK)) {
            s.setInt(1, tenantId);
            s.execute();
        } catch (SQLException e) {
            throw new IllegalStateException("a hold cannot be set", e);
        }
    }
}
