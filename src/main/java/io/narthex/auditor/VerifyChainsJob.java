package io.narthex.auditor;

import io.micrometer.core.instrument.MeterRegistry;
import io.narthex.job.Job;
import io.narthex.job.JobFailed;
import io.narthex.job.JobPage;
import jakarta.annotation.PostConstruct;
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
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Verifies every chain once a day, a chain a page. A broken one is an error in the log, and the run fails and names it. */
@ApplicationScoped
public class VerifyChainsJob implements Job {
    private static final System.Logger LOG = System.getLogger(VerifyChainsJob.class.getName());

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Heads heads;

    @Inject
    private MeterRegistry meters;

    private final AtomicInteger brokenChains = new AtomicInteger();
    private int brokenSoFar;
    private final Timetable timetable = new Timetable(1, TimeUnit.DAYS);
    private volatile @Nullable String broken;

    @PostConstruct
    void start() {
        meters.gauge("narthex.audit.chains.broken", brokenChains);
    }

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
        return timetable.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (checkpoint == null) {
            broken = null;
            brokenSoFar = 0;
        }
        List<SignedHead.Head> next = heads.now(checkpoint == null ? -1 : Integer.parseInt(checkpoint), 1);
        if (!next.isEmpty()) {
            verify(next.getFirst());
            return new JobPage(
                    Integer.toString(next.getFirst().number()), next.getFirst().sequence(), 0, 0, 0);
        }
        timetable.finished();
        brokenChains.set(brokenSoFar);
        String found = broken;
        if (found != null) {
            throw new JobFailed(found);
        }
        return new JobPage(null, 0, 0, 0, 0);
    }

    private void verify(SignedHead.Head head) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s =
                        connection.prepareStatement("select sequence, event_id, reason from audit.verify_chain(?)")) {
            s.setString(1, head.chain());
            try (ResultSet row = s.executeQuery()) {
                if (row.next()) {
                    brokenSoFar++;
                    String sequence = row.getString(1);
                    String event = row.getString(2);
                    String reason = row.getString(3);
                    LOG.log(
                            Level.ERROR,
                            "event=audit-chain-broken chain={0} sequence={1} audit-event={2} reason={3}",
                            head.chain(),
                            sequence,
                            event,
                            reason);
                    if (broken == null) {
                        broken = "The chain " + head.chain() + " is broken at event " + event + " (sequence " + sequence
                                + "): " + reason;
                    }
                }
            }
        } catch (SQLException e) {
            // tomorrow again: what takes too long today would do so every ten seconds
            timetable.finished();
            throw new JobFailed("The chain " + head.chain() + " could not be verified.", e);
        }
    }
}
