package io.narthex.auditor;

import io.narthex.job.Job;
import io.narthex.job.JobFailed;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Verifies every hash chain once a day, a part of a chain a page: first that the seals fit their events, then that
 * every event has a seal. A broken chain is an error in the log, and the run fails and names it.
 */
@ApplicationScoped
public class VerifyChainsJob implements Job {
    private static final System.Logger LOG = System.getLogger(VerifyChainsJob.class.getName());

    /** Seals or events of a page: about a second. */
    private static final int PAGE = 20_000;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Heads heads;

    @Inject
    private ChainChecks checks;

    private final Schedule schedule = new Schedule(1, TimeUnit.DAYS);
    private volatile @Nullable String broken;

    @Override
    public String name() {
        return "verify-chains";
    }

    @Override
    public String subject() {
        return "audit";
    }

    @Override
    public boolean due() {
        return schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (checkpoint == null) {
            broken = null;
        }
        ChainPart part = checkpoint == null ? ChainPart.FIRST : ChainPart.parse(checkpoint);
        List<SignedHead.Head> next = heads.now(part.chain() - 1, 1);
        if (!next.isEmpty()) {
            SignedHead.Head head = next.getFirst();
            return verify(head, part.chain() == head.number() ? part : ChainPart.first(head.number()));
        }
        schedule.finished();
        String found = broken;
        if (found != null) {
            throw new JobFailed(found);
        }
        return new JobPage(null, 0, 0, 0, 0);
    }

    private JobPage verify(SignedHead.Head head, ChainPart part) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(
                        part.seals()
                                ? "select last, whole from verify_seals(?, ?, ?)"
                                : "select last, whole from verify_events_sealed(?, ?, ?)")) {
            s.setInt(1, part.chain());
            s.setLong(2, part.after());
            s.setInt(3, PAGE);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                Long last = row.getObject(1, Long.class);
                boolean broken = !row.getBoolean(2) && isBroken(connection, head);
                ChainPart then = broken ? ChainPart.first(part.chain() + 1) : part.then(last);
                if (!broken && then.chain() != part.chain()) {
                    checks.keep(part.chain(), null);
                }
                return new JobPage(then.toString(), last == null ? 0 : PAGE, 0, 0, 0);
            }
        } catch (SQLException e) {
            // tomorrow again: what takes too long today would do so every ten seconds
            schedule.finished();
            throw new JobFailed("The chain " + head.chain() + " could not be verified.", e);
        }
    }

    /** Asks what is broken; nothing may be, where an event got its seal in between. */
    private boolean isBroken(Connection connection, SignedHead.Head head) throws SQLException {
        try (PreparedStatement s =
                connection.prepareStatement("select sequence, event_id, reason from audit.verify_chain(?)")) {
            s.setString(1, head.chain());
            try (ResultSet row = s.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                tell(head.chain(), row.getString(1), row.getString(2), row.getString(3));
                checks.keep(
                        head.number(),
                        new ChainChecks.Fault(
                                row.getObject(1, Long.class), row.getObject(2, Long.class), row.getString(3)));
                return true;
            }
        }
    }

    private void tell(String chain, String sequence, String event, String reason) {
        LOG.log(
                Level.ERROR,
                "event=audit-chain-broken chain={0} sequence={1} audit-event={2} reason={3}",
                chain,
                sequence,
                event,
                reason);
        if (broken == null) {
            broken = "The chain " + chain + " is broken at event " + event + " (sequence " + sequence + "): " + reason;
        }
    }
}
