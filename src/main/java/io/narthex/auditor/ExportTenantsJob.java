package io.narthex.auditor;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.auditor.TenantExport.Departed;
import io.narthex.blob.ExportPlace;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobFailed;
import io.narthex.job.JobPage;
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
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes the record of each deleted tenant into a file, a tenant a page, when all that it held is removed. The record stays in the
 * database too, as long as the operator keeps it.
 */
@ApplicationScoped
public class ExportTenantsJob implements Job, ChangeListener {
    private static final String DEPARTED = "select id, name, deleted_at, ready from departed_tenants()";

    /** The purge of a large tenant takes minutes, a place that cannot be reached an operator. */
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Settings settings;

    @Inject
    private Heads heads;

    @Inject
    private AuditLog audit;

    /** How many changes of tenants this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    private volatile long notBefore = System.nanoTime();

    @Override
    public String name() {
        return "export-tenants";
    }

    @Override
    public String subject() {
        return "audit";
    }

    @Override
    public boolean due() {
        return changes.areMore() && System.nanoTime() - notBefore >= 0;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        notBefore = System.nanoTime() + AGAIN_NANOS;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(DEPARTED);
                ResultSet row = s.executeQuery()) {
            boolean waiting = false;
            while (row.next()) {
                if (row.getBoolean(4)) {
                    Departed tenant = new Departed(
                            row.getInt(1),
                            row.getString(2),
                            row.getObject(3, OffsetDateTime.class).toInstant());
                    return new JobPage("more", 1, export(connection, tenant), 0, 0);
                }
                waiting = true;
            }
            if (!waiting) {
                changes.finished(begunWith);
            }
            return new JobPage(null, 0, 0, 0, 0);
        } catch (SQLException | IOException e) {
            throw new JobFailed("The record of a deleted tenant could not be exported; the server's log tells why.", e);
        }
    }

    /** Gives how many lines it has. */
    private long export(Connection connection, Departed tenant) throws SQLException, IOException {
        List<SignedHead> signed = heads.now(tenant.id() - 1, 1).stream()
                .filter(head -> head.number() == tenant.id())
                .map(heads::signed)
                .toList();
        Path half = Files.createTempFile(settings.home(), "tenant-export", ".gz");
        try (ExportPlace place = ExportPlace.of(place(), TrustedCertificates.of(settings))) {
            TenantExport export = TenantExport.write(connection, tenant, signed, half);
            String location = place.put(tenant.fileName(), half);
            try (PreparedStatement s = connection.prepareStatement("select note_tenant_export(?, ?, ?)")) {
                s.setInt(1, tenant.id());
                s.setString(2, location);
                s.setBytes(3, export.sha256());
                s.execute();
            }
            audit.record(AuditEvent.of(AuditAction.TENANT_EXPORTED)
                    .detail("name", tenant.name())
                    .detail("number", tenant.id())
                    .detail("location", location)
                    .detail("lines", export.lines())
                    .detail("sha256", HexFormat.of().formatHex(export.sha256())));
            return export.lines();
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private BlobLocation place() {
        return settings.audit()
                .export()
                .orElseGet(() -> new BlobLocation.Files(settings.home().resolve("exports")));
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.TENANT) {
            lost();
        }
    }

    @Override
    public void lost() {
        changes.hear();
        notBefore = System.nanoTime();
    }
}
