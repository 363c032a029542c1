package io.narthex.quota;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Adds what came and went to the counts of caches and tenants, and says once when a quota becomes nearly full: soon after
 * something was published or kept, and once a minute.
 */
@ApplicationScoped
public class FoldUsageJob implements Job, ChangeListener {
    /** Of a page, in rows: a second or so. */
    private static final int PAGE = 10_000;

    @Inject
    private UsageFunctions functions;

    @Inject
    private AuditLog audit;

    private final ChangesHeard changes = new ChangesHeard();

    /** What other nodes have received and nothing claims yet is told to nobody. */
    private final Schedule schedule = new Schedule(1, TimeUnit.MINUTES);

    @Override
    public String name() {
        return "fold-usage";
    }

    @Override
    public String subject() {
        return "quotas";
    }

    @Override
    public boolean due() {
        return changes.areMore() || schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        int folded = functions.fold(PAGE);
        for (UsageFunctions.Warning warning : functions.warnings()) {
            audit.record(event(warning)
                    .detail("storedBytes", warning.used())
                    .detail("maxBytes", warning.most())
                    .detail("warnAt", warning.percent()));
        }
        if (folded < PAGE) {
            changes.finished(begunWith);
            schedule.finished();
        }
        return new JobPage(folded < PAGE ? null : "more", folded, 0, folded, 0);
    }

    private static AuditEvent event(UsageFunctions.Warning warning) {
        AuditEvent event = AuditEvent.of(AuditAction.QUOTA_WARNED).tenant(warning.tenantId());
        Integer cache = warning.cacheId();
        return cache == null ? event : event.cache(warning.tenantId(), cache);
    }

    /** Something was kept of which no change is told. */
    void heard() {
        changes.hear();
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.PATH
                || change.kind() == ChangeKind.CACHE
                || change.kind() == ChangeKind.TENANT) {
            heard();
        }
    }

    @Override
    public void lost() {
        heard();
    }
}
