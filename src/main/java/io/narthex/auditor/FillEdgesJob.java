package io.narthex.auditor;

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
 * Writes which paths refer to which into the table that closures are looked up in: after each change of a path, and
 * once in a while.
 */
@ApplicationScoped
public class FillEdgesJob implements Job, ChangeListener {
    private static final int PAGE = 1_000;

    @Inject
    private RecordFunctions functions;

    /** Of paths, that this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    /** The reindex job tells of no single path. */
    private final Schedule schedule = new Schedule(1, TimeUnit.MINUTES);

    @Override
    public String name() {
        return "fill-edges";
    }

    @Override
    public String subject() {
        return "audit";
    }

    @Override
    public boolean due() {
        return changes.areMore() || schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        int filled = functions.fillEdges(PAGE);
        if (filled < PAGE) {
            changes.finished(begunWith);
            schedule.finished();
        }
        return new JobPage(filled < PAGE ? null : "more", filled, filled, 0, 0);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.PATH) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
