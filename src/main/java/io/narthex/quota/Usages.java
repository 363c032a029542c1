package io.narthex.quota;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/** Says how much tenants and caches hold at this moment. */
@ApplicationScoped
public class Usages {
    private static final String OF_TENANTS = """
        select x.id, u.paths, u.stored_bytes, u.nar_bytes
        from unnest(?::integer[]) as x(id) cross join lateral usage_of_tenant(x.id) u
        """;
    private static final String OF_CACHES = """
        select c.id, u.paths, u.stored_bytes, u.nar_bytes
        from cache c cross join lateral usage_of_cache(c.tenant_id, c.id) u where c.id = any (?)
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** By the numbers of the tenants. */
    public Map<Integer, Usage> ofTenants(Collection<Integer> ids) {
        return ask(OF_TENANTS, ids);
    }

    /** By the numbers of the caches. */
    public Map<Integer, Usage> ofCaches(Collection<Integer> ids) {
        return ask(OF_CACHES, ids);
    }

    private Map<Integer, Usage> ask(String sql, Collection<Integer> ids) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("integer", ids.toArray()));
            Map<Integer, Usage> found = new HashMap<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.put(r.getInt(1), new Usage(r.getLong(2), r.getLong(3), r.getLong(4)));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("what is held cannot be asked for", e);
        }
    }
}
