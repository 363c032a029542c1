package io.narthex.auditor;

import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePath;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
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

/** Tells from the record who fetched a path. */
@ApplicationScoped
public class Fetches {
    private static final String LAST = """
        select d.at, d.token_id, t.note, host(d.address), d.bytes_sent, d.complete
        from nar_download d left join token t on t.public_id = d.token_id
        where d.path = ? and d.cache_id = ? order by d.at desc limit ?
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * One time that its NAR was sent.
     *
     * @param token public id; null: nobody's or the administrator's
     * @param note of the token; null: there is none, or the token is gone
     * @param address from where; null: that is not recorded
     * @param bytes that were sent
     * @param complete whether that was all of it
     */
    public record Fetch(
            Instant at,
            @Nullable String token,
            @Nullable String note,
            @Nullable String address,
            long bytes,
            boolean complete) {}

    /** The newest first. */
    public List<Fetch> last(Cache cache, StorePath path, int limit) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(LAST)) {
            s.setString(1, path.baseName());
            s.setInt(2, cache.id());
            s.setInt(3, limit);
            try (ResultSet row = s.executeQuery()) {
                List<Fetch> found = new ArrayList<>();
                while (row.next()) {
                    found.add(new Fetch(
                            row.getObject(1, OffsetDateTime.class).toInstant(),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getLong(5),
                            row.getBoolean(6)));
                }
                return found;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the record cannot be read", e);
        }
    }
}
