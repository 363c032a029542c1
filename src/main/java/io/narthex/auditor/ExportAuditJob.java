package io.narthex.auditor;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.blob.ExportPlace;
import io.narthex.configuration.Settings;
import io.narthex.job.Job;
import io.narthex.job.JobFailed;
import io.narthex.job.JobPage;
import io.narthex.job.Progress;
import io.narthex.job.Schedule;
import io.narthex.outbound.TrustedCertificates;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Exports the months of the record that are older than the operator keeps, and detaches them, a month a page. The
 * database itself decides what may go.
 */
@ApplicationScoped
public class ExportAuditJob implements Job {
    /** Tables of a detached month stay so long, for who wants them back. */
    private static final int KEPT_DAYS = 30;

    private static final String MONTHS =
            "select month, events, downloads from audit_months_past(?) order by month limit 1";
    private static final String ROWS = "select coalesce(sum(events + downloads), 0)::bigint from audit_months_past(?)";
    private static final String DETACH = "select detach_audit_month(?, ?, ?, ?, ?, ?)";
    private static final int ALL = 1_000_000;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Settings settings;

    @Inject
    private Heads heads;

    @Inject
    private RecordFunctions functions;

    @Inject
    private AuditLog audit;

    private final Schedule schedule = new Schedule(6, TimeUnit.HOURS);

    @Override
    public String name() {
        return "export-audit";
    }

    @Override
    public String subject() {
        return "audit";
    }

    @Override
    public boolean due() {
        return settings.audit().retentionMonths().isPresent() && schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (settings.audit().retentionMonths().isEmpty()) {
            throw new JobFailed("Nothing is exported: NARTHEX_AUDIT_RETENTION_MONTHS is not set.");
        }
        int retention = settings.audit().retentionMonths().getAsInt();
        try (Connection connection = dataSource.getConnection()) {
            Optional<MonthExport.Month> next = next(connection, retention);
            if (next.isEmpty()) {
                int dropped = functions.dropDetached(KEPT_DAYS);
                schedule.finished();
                return new JobPage(null, 0, 0, 0, dropped);
            }
            MonthExport.Month month = next.get();
            Progress.ofThisRun().expect(() -> rows(connection, retention));
            export(connection, month, retention);
            return new JobPage(month.first().toString(), month.events() + month.downloads(), 0, 0, month.events());
        } catch (SQLException | IOException e) {
            schedule.finished();
            throw new JobFailed("A month could not be exported; the server's log tells why.", e);
        }
    }

    private static Optional<MonthExport.Month> next(Connection connection, int retention) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(MONTHS)) {
            s.setInt(1, retention);
            try (ResultSet row = s.executeQuery()) {
                return row.next()
                        ? Optional.of(new MonthExport.Month(
                                row.getObject(1, LocalDate.class), row.getLong(2), row.getLong(3)))
                        : Optional.empty();
            }
        }
    }

    /** How many rows all months have that are to go. */
    private static long rows(Connection connection, int retention) {
        try (PreparedStatement s = connection.prepareStatement(ROWS)) {
            s.setInt(1, retention);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("what is to be exported cannot be counted", e);
        }
    }

    private void export(Connection connection, MonthExport.Month month, int retention)
            throws SQLException, IOException {
        List<SignedHead.Head> now = heads.now(-1, ALL);
        List<SignedHead> signed = new ArrayList<>();
        now.forEach(head -> signed.add(heads.signed(head)));
        heads.keep(now);
        Path half = Files.createTempFile(settings.home(), "audit-export", ".gz");
        try (ExportPlace place =
                ExportPlace.of(settings.audit().export().orElseThrow(), TrustedCertificates.of(settings))) {
            MonthExport export = MonthExport.write(connection, month, signed, half);
            String location = place.put(month.fileName(), half);
            try (PreparedStatement s = connection.prepareStatement(DETACH)) {
                s.setObject(1, month.first());
                s.setInt(2, retention);
                s.setString(3, location);
                s.setLong(4, export.events());
                s.setLong(5, export.downloads());
                s.setBytes(6, export.sha256());
                s.execute();
            }
            audit.record(AuditEvent.of(AuditAction.AUDIT_EXPORTED)
                    .detail("month", month.first().toString())
                    .detail("location", location)
                    .detail("events", export.events())
                    .detail("downloads", export.downloads())
                    .detail("sha256", HexFormat.of().formatHex(export.sha256())));
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
