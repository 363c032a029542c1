package io.narthex.scrub;

import io.narthex.configuration.Settings;
import io.narthex.nix.hash.NixHash;
import io.narthex.scrub.ScrubResponse.Finding;
import io.narthex.scrub.ScrubResponse.Halt;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Says how far what is stored is proved. */
@ApplicationScoped
public class ScrubReport {
    private static final String OLDEST =
            "select min(coalesce(proved_at, stored_at)) from blob where quarantined_at is null";
    private static final String QUARANTINED = "select count(*) from blob where quarantined_at is not null";
    private static final String HALTED = "select node, at, reason from scrub_halt order by node";
    private static final String FINDINGS = """
        select f.kind, f.file_hash, f.file_size, f.actual_hash, f.found_at, f.seen_at, f.times, f.node, f.healed_at,
               array(select t.name || '/' || c.name || ' ' || p.path
                     from scrub_finding_path p join cache c on c.id = p.cache_id join tenant t on t.id = c.tenant_id
                     where p.finding_id = f.id order by 1 limit 100)
        from scrub_finding f order by f.id desc limit 100
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Settings settings;

    ScrubResponse now() {
        try (Connection connection = dataSource.getConnection()) {
            return new ScrubResponse(
                    settings.scrubMegabytes(),
                    rows(connection, OLDEST, r -> instant(r, 1)).getFirst(),
                    rows(connection, QUARANTINED, r -> r.getLong(1)).getFirst(),
                    rows(connection, HALTED, r -> new Halt(r.getString(1), known(r, 2), r.getString(3))),
                    rows(connection, FINDINGS, ScrubReport::finding));
        } catch (SQLException e) {
            throw new IllegalStateException("what was found cannot be read", e);
        }
    }

    private static Finding finding(ResultSet r) throws SQLException {
        byte[] actual = r.getBytes(4);
        return new Finding(
                r.getString(1),
                NixHash.ofSha256(r.getBytes(2)).toString(),
                r.getLong(3),
                actual == null ? null : NixHash.ofSha256(actual).toString(),
                known(r, 5),
                known(r, 6),
                r.getInt(7),
                r.getString(8),
                instant(r, 9),
                List.of((String[]) r.getArray(10).getArray()));
    }

    private static @Nullable Instant instant(ResultSet r, int column) throws SQLException {
        OffsetDateTime at = r.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static Instant known(ResultSet r, int column) throws SQLException {
        return r.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static <T extends @Nullable Object> List<T> rows(Connection connection, String sql, Row<T> row)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql);
                ResultSet r = s.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (r.next()) {
                all.add(row.of(r));
            }
            return all;
        }
    }

    private interface Row<T extends @Nullable Object> {
        T of(ResultSet row) throws SQLException;
    }
}
