package io.narthex.overview;

import io.narthex.blob.BlobStore;
import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.overview.Overview.Attention;
import io.narthex.overview.Overview.Disk;
import io.narthex.overview.Overview.TenantOverview;
import io.narthex.restore.RestoreGuard;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Asks how the server as a whole is: its disk, and when that is full. */
@ApplicationScoped
public class ServerState {
    private static final String GROWTH = """
        select (array_agg(bytes order by day desc))[1], regr_slope(bytes, day - current_date)
        from (select day, sum(stored_bytes) as bytes from storage_daily
              where day > current_date - 30 group by day) d
        """;
    private static final String MONTHS = "select record_months_until()";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Settings settings;

    @Inject
    private BlobStore blobs;

    @Inject
    private RestoreGuard restore;

    /** An overview of all of the server. */
    Overview now(List<TenantOverview> tenants, List<Attention> attention) {
        Disk disk = disk();
        long room = disk == null ? Long.MAX_VALUE : disk.roomBytes();
        return new Overview(
                disk,
                growth().forecast(room, Instant.now()),
                recordMonthsUntil(),
                restore.restoredSince().isPresent(),
                tenants,
                attention);
    }

    private @Nullable Disk disk() {
        if (!(settings.blobs() instanceof BlobLocation.Files files)) {
            return null;
        }
        try {
            FileStore disk = Files.getFileStore(files.directory());
            return new Disk(disk.getTotalSpace(), disk.getUsableSpace(), blobs.freeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Growth growth() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(GROWTH);
                ResultSet r = s.executeQuery()) {
            r.next();
            long stored = r.getLong(1);
            double slope = r.getDouble(2);
            return new Growth(stored, r.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(slope));
        } catch (SQLException e) {
            throw new IllegalStateException("growth cannot be asked for", e);
        }
    }

    /** The last day for which events can be written: tables are made ahead. */
    public LocalDate recordMonthsUntil() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(MONTHS);
                ResultSet r = s.executeQuery()) {
            r.next();
            return r.getObject(1, LocalDate.class);
        } catch (SQLException e) {
            throw new IllegalStateException("the months of the record cannot be asked for", e);
        }
    }
}
