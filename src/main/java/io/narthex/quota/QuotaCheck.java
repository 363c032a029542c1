package io.narthex.quota;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Says whether what a transaction has added fits, where no room was reserved because no bytes came: they were stored already. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class QuotaCheck {
    private static final String PASSED = "select of_cache, used, most from quota_passed(?, ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * To be asked last: until the end of the transaction whoever adds to the same tenant waits here.
     *
     * @throws QuotaFullException where the cache or its tenant holds more than it may, and the transaction is to be rolled back
     */
    public void requireWithin(int tenantId, int cacheId) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(PASSED)) {
            s.setInt(1, tenantId);
            s.setInt(2, cacheId);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                boolean ofCache = r.getBoolean(1);
                if (!r.wasNull()) {
                    throw new QuotaFullException(ofCache, r.getLong(2), r.getLong(3), 0);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a quota cannot be asked for", e);
        }
    }
}
