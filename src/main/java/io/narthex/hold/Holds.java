package io.narthex.hold;

import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Says whether something may be removed. Every call needs a transaction of the caller's, in which nobody sets a hold of the tenant
 * from then on.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Holds {
    private static final String AWAIT = "select await_holds(?)";
    private static final String OF_TENANT = "select holds_in_tenant(?) > 0";
    private static final String OF_CACHE = "select holds_in_cache(?) > 0";
    private static final String OF_PATH = "select path_is_held(?, ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * Asks for a tenant.
     *
     * @throws HeldException where anything of it is held
     */
    public void requireFreeTenant(int tenantId) {
        require(tenantId, "The tenant, or something of it,", OF_TENANT, tenantId);
    }

    /**
     * Asks for a cache.
     *
     * @throws HeldException where anything of it is held
     */
    public void requireFreeCache(int tenantId, int cacheId) {
        require(tenantId, "The cache, or something of it,", OF_CACHE, cacheId);
    }

    /**
     * Asks for a path.
     *
     * @throws HeldException where it is held: its tenant, its cache, or a closure that it is in
     */
    public void requireFreePath(int tenantId, int cacheId, StorePathHash path) {
        require(tenantId, "The path", OF_PATH, cacheId, path.toBytes());
    }

    private void require(int tenantId, String what, String sql, Object... values) {
        try (Connection connection = dataSource.getConnection()) {
            // first the lock, then the question with a snapshot of its own
            ask(connection, AWAIT, tenantId);
            if (ask(connection, sql, values)) {
                throw new HeldException(what);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("holds cannot be asked for", e);
        }
    }

    private static boolean ask(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getBoolean(1);
            }
        }
    }
}
