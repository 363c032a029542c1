package io.narthex.restore;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.blob.BlobStore;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Knows whether the database is a restored one, beside whose stored files nothing may be removed yet. Thread-safe. */
@ApplicationScoped
@Retried
@Transactional
public class RestoreGuard {
    private static final System.Logger LOG = System.getLogger(RestoreGuard.class.getName());

    private static final String STATE = "select restored_at, drilled_at from incarnation";
    /** The first time it gets an id of its own. */
    private static final String RAISE = """
        update incarnation
        set counter = counter + 1, raised_at = clock_timestamp(),
            id = case when counter = 0 then gen_random_uuid() else id end
        """;
    /** From then on the stored files are this database's, and it is ahead of the mark, also where that is written late. */
    private static final String ACCEPT = """
        update incarnation
        set restored_at = null, id = coalesce(cast(? as uuid), id), counter = greatest(counter, ?) + 1, raised_at = clock_timestamp()
        where restored_at is not null
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private BlobStore blobs;

    @Inject
    private AuditLog audit;

    /** Since when it is known that the database was restored; empty where it was not, or somebody has accepted it. */
    public Optional<Instant> restoredSince() {
        return moment(1);
    }

    /** When a restore was last tried. */
    public Optional<Instant> drilledAt() {
        return moment(2);
    }

    private Optional<Instant> moment(int column) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(STATE);
                    ResultSet r = s.executeQuery()) {
                r.next();
                return Optional.ofNullable(r.getObject(column, OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant);
            }
        });
    }

    /**
     * Compares the database with the mark beside the stored files. If it is a restored one, what the mark says was revoked is
     * revoked in it.
     *
     * @return whether it is one that nobody has accepted
     */
    public boolean look() {
        Optional<StoreMark> mark = mark();
        if (mark.isEmpty()) {
            return restoredSince().isPresent();
        }
        return work(connection -> {
            boolean restored = MarkRows.compare(connection, mark.get());
            if (restored) {
                List<String> revoked = MarkRows.revokeAgain(connection, mark.get());
                LOG.log(
                        Level.WARNING,
                        "event=database-restored revoked={0}: it is older than the stored files. Nothing is removed"
                                + " until POST /api/v1/restore/acceptances",
                        revoked.size());
            }
            return restored;
        });
    }

    /** Counts on in the database; {@link #writeMark} follows when that is committed. */
    public void raise() {
        change(RAISE);
    }

    /** Writes how the database is now beside the stored files, unless it is a restored one. */
    public void writeMark() {
        if (restoredSince().isPresent()) {
            return;
        }
        StoreMark mark = work(MarkRows::read);
        try {
            blobs.writeMark(mark.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the mark has and the database lacks. */
    Differences differences() {
        Optional<Instant> since = restoredSince();
        StoreMark here = work(MarkRows::read);
        Optional<StoreMark> there = mark();
        return new Differences(
                since.isPresent(),
                since.orElse(null),
                here.counter(),
                there.map(StoreMark::counter).orElse(null),
                there.map(m -> without(m.tokens(), here.tokens())).orElse(List.of()),
                there.map(m -> without(m.keys(), here.keys())).orElse(List.of()),
                there.map(m -> without(m.holds(), here.holds())).orElse(List.of()),
                there.map(m -> without(names(m), names(here))).orElse(List.of()));
    }

    private static List<String> names(StoreMark mark) {
        return mark.denials().stream().map(StoreMark.DenialRule::fullName).toList();
    }

    private static List<String> without(List<String> all, List<String> known) {
        List<String> left = new ArrayList<>(all);
        left.removeAll(known);
        return left;
    }

    /** Ends the state; false where the database is not a restored one. */
    boolean accept(String reason) {
        Optional<StoreMark> mark = mark();
        boolean accepted = change(
                        ACCEPT,
                        mark.map(StoreMark::incarnation).orElse(null),
                        mark.map(StoreMark::counter).orElse(0L))
                > 0;
        if (accepted) {
            audit.record(AuditEvent.of(AuditAction.RESTORE_ACCEPTED).detail("reason", reason));
        }
        return accepted;
    }

    /** A restore was tried, with success. */
    void drilled() {
        change("update incarnation set drilled_at = clock_timestamp()");
        audit.record(AuditEvent.of(AuditAction.RESTORE_DRILLED));
    }

    private Optional<StoreMark> mark() {
        try {
            Optional<byte[]> bytes = blobs.readMark();
            return bytes.isPresent() ? Optional.of(StoreMark.parse(bytes.get())) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int change(String sql, @Nullable Object... values) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    s.setObject(i + 1, values[i]);
                }
                return s.executeUpdate();
            }
        });
    }

    private <T> T work(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("which life of the database this is cannot be asked", e);
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
