package io.narthex.scrub;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.configuration.Settings;
import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes down what was found of files, and hides bad ones. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ScrubFindings {
    private static final System.Logger LOG = System.getLogger(ScrubFindings.class.getName());

    private static final String NOTE = "select note_finding(?, 'unreadable', null, ?)";
    private static final String QUARANTINE = "select tenant_id, cache_id, hash, name from quarantine_file(?, ?, ?, ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Settings settings;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    @Inject
    private ScrubRows rows;

    @Inject
    private Meters meters;

    private LabelledCounts counts;

    /** What is found. */
    enum Kind {
        WRONG("wrong"),
        MISSING("missing");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private record Affected(int tenantId, int cacheId, StorePath path) {}

    @PostConstruct
    void start() {
        counts = meters.counters(
                "narthex.scrub.findings",
                "Stored files that this node found bad, or could not read",
                "kind",
                List.of("wrong", "missing", "unreadable"));
    }

    /** It could not be read: nothing is hidden for that. */
    void unreadable(StoredFile file) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(NOTE)) {
            s.setLong(1, file.id());
            s.setString(2, settings.name());
            s.execute();
        } catch (SQLException e) {
            throw new IllegalStateException("a finding cannot be written", e);
        }
        counts.increment("unreadable");
        LOG.log(Level.WARNING, "event=stored-file-unreadable file={0} size={1}", file.storageKey(), file.size());
    }

    /**
     * Hides all paths of a file, in every cache.
     *
     * @param actual hash of what was read; null: nothing was
     */
    void quarantine(StoredFile file, Kind kind, @Nullable NixHash actual) {
        for (Affected path : hidden(file, kind, actual)) {
            changes.record(ChangeKind.PATH, path.cacheId(), path.path().hash());
            audit.record(AuditEvent.of(AuditAction.PATH_QUARANTINED)
                    .cache(path.tenantId(), path.cacheId())
                    .path(path.path())
                    .detail("found", kind.text)
                    .detail("fileHash", file.hash().toString())
                    .detail("actualHash", actual == null ? null : actual.toString()));
        }
        counts.increment(kind.text);
        LOG.log(
                Level.ERROR,
                "event=stored-file-bad file={0} found={1} size={2}",
                file.storageKey(),
                kind.text,
                file.size());
    }

    private List<Affected> hidden(StoredFile file, Kind kind, @Nullable NixHash actual) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(QUARANTINE)) {
            s.setLong(1, file.id());
            s.setString(2, kind.text);
            s.setBytes(3, actual == null ? null : actual.bytes());
            s.setString(4, settings.name());
            List<Affected> all = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    all.add(new Affected(
                            r.getInt(1),
                            r.getInt(2),
                            StorePath.parseBaseName(StorePathHash.of(r.getBytes(3)) + "-" + r.getString(4))));
                }
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException("a bad file cannot be hidden", e);
        }
    }

    /** This node found too much: it stops. */
    void halt(String job, String reason) {
        rows.halt(settings.name(), reason);
        audit.record(AuditEvent.of(AuditAction.SCRUB_HALTED)
                .detail("job", job)
                .detail("node", settings.name())
                .detail("reason", reason));
        LOG.log(Level.ERROR, "event=scrub-halted job={0} reason=\"{1}\"", job, reason);
    }
}
