package io.narthex.quota;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Calls the functions of the database that keep the counts, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class UsageFunctions {
    /** The counts of tenants are proved from those of caches, so nothing may be folded meanwhile. */
    private static final String ALONE = "select pg_advisory_xact_lock(hashtextextended('usage', 0))";

    private static final String NEXT = "select min(id) from cache where id > ? and deleted_at is null";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** A quota that is nearly full, of a cache or of a whole tenant. */
    record Warning(int tenantId, @Nullable Integer cacheId, long used, long most, int percent) {}

    /** Adds rows of the ledger to the counts; gives how many. */
    int fold(int most) {
        return work(connection -> {
            alone(connection);
            return (int) number(connection, "select fold_usage(?)", most);
        });
    }

    /** Quotas that became nearly full since this was last asked. */
    List<Warning> warnings() {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement("select * from quota_warnings()");
                    ResultSet r = s.executeQuery()) {
                List<Warning> all = new ArrayList<>();
                while (r.next()) {
                    all.add(new Warning(
                            r.getInt(1), r.getObject(2, Integer.class), r.getLong(3), r.getLong(4), r.getInt(5)));
                }
                return all;
            }
        });
    }

    /** The cache that comes behind another. */
    OptionalInt cacheAfter(int cacheId) {
        return work(connection -> {
            int next = (int) number(connection, NEXT, cacheId);
            return next == 0 ? OptionalInt.empty() : OptionalInt.of(next);
        });
    }

    /** Counts anew what a cache holds; gives how many differences there were. */
    long prove(int cacheId) {
        return work(connection -> number(connection, "select prove_usage(?)", cacheId));
    }

    /** The same for the sums of all tenants. */
    long proveTenants() {
        return work(connection -> {
            alone(connection);
            return number(connection, "select prove_tenant_usage()");
        });
    }

    private static void alone(Connection connection) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(ALONE)) {
            s.execute();
        }
    }

    /** Zero where there is none. */
    private static long number(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                s.setObject(i + 1, arguments[i]);
            }
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getLong(1);
            }
        }
    }

    private <T> T work(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("what is held cannot be counted", e);
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
