package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Keeps how each chain of the record was found when it was last verified, for every node. */
@ApplicationScoped
public class ChainChecks {
    /** It is told as broken since it was first found so, also where it breaks at another seal by now. */
    private static final String KEEP = """
        insert into audit_chain_check as k (chain, whole, sequence, event_id, reason, broken_at)
        values (?, ?, ?, ?, ?, case when ? then null else clock_timestamp() end)
        on conflict on constraint audit_chain_check_pk do update
            set checked_at = clock_timestamp(), whole = excluded.whole, sequence = excluded.sequence,
                event_id = excluded.event_id, reason = excluded.reason,
                broken_at = case when excluded.whole then null else coalesce(k.broken_at, excluded.broken_at) end
        """;

    private static final String BROKEN = """
        select k.chain, t.name, k.sequence, k.event_id, k.reason, k.broken_at
        from audit_chain_check k left join tenant t on t.id = k.chain and t.deleted_at is null
        where not k.whole order by k.chain
        """;
    private static final String OF_CHAIN = "select checked_at, whole from audit_chain_check where chain = ?";
    private static final String OF_NAME = """
        select checked_at, whole from audit_chain_check
        where chain = coalesce((select id from tenant where name = ? and deleted_at is null), 0)
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * Where a chain is broken.
     *
     * @param sequence of the seal; null: an event has none
     */
    record Fault(@Nullable Long sequence, @Nullable Long event, String reason) {}

    /**
     * A chain that is not as it was sealed.
     *
     * @param chain the tenant's number; 0: the server's own
     * @param tenant null: it is the server's, or that of a tenant that is deleted
     * @param name as the record calls it
     * @param at when it was first found so
     */
    public record Broken(int chain, @Nullable String tenant, String name, String sentence, Instant at) {}

    /** When a chain was last verified, and whether it was whole. */
    public record Check(Instant at, boolean whole) {}

    /** A chain was verified to its end, or found broken; within the transaction of who verified it. */
    void keep(int chain, @Nullable Fault fault) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(KEEP)) {
            s.setInt(1, chain);
            s.setBoolean(2, fault == null);
            s.setObject(3, fault == null ? null : fault.sequence(), Types.BIGINT);
            s.setObject(4, fault == null ? null : fault.event(), Types.BIGINT);
            s.setString(5, fault == null ? null : fault.reason());
            s.setBoolean(6, fault == null);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("how a chain was found cannot be kept", e);
        }
    }

    /** Those that are broken, as far as is known. */
    public List<Broken> broken() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(BROKEN);
                ResultSet row = s.executeQuery()) {
            List<Broken> found = new ArrayList<>();
            while (row.next()) {
                int chain = row.getInt(1);
                String tenant = row.getString(2);
                String name = chain == 0 ? "@server" : tenant == null ? "#" + chain : tenant;
                String sentence = "The chain " + name + " is broken at event " + row.getString(4) + " (sequence "
                        + row.getString(3) + "): " + row.getString(5);
                found.add(new Broken(chain, tenant, name, sentence, moment(row, 6)));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("how the chains were found cannot be asked for", e);
        }
    }

    /**
     * How a chain was last found; empty: it was never verified.
     *
     * @param chain the tenant's number; 0: the server's own
     */
    public Optional<Check> of(int chain) {
        return find(s -> s.setInt(1, chain), OF_CHAIN);
    }

    /**
     * The same by name.
     *
     * @param tenant empty: the server's own
     */
    public Optional<Check> of(String tenant) {
        return find(s -> s.setString(1, tenant), OF_NAME);
    }

    /** Sets the one parameter. */
    private interface Parameter {
        void set(PreparedStatement s) throws SQLException;
    }

    private Optional<Check> find(Parameter chain, String sql) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            chain.set(s);
            try (ResultSet row = s.executeQuery()) {
                return row.next() ? Optional.of(new Check(moment(row, 1), row.getBoolean(2))) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("how a chain was found cannot be asked for", e);
        }
    }

    private static Instant moment(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
