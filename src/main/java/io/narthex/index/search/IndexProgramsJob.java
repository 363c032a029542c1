package io.narthex.index.search;

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

/** Notes which programs and libraries pushed paths have, so that a search finds the paths by them: after each change of paths. */
@ApplicationScoped
public class IndexProgramsJob implements Job, ChangeListener {
    /** A listing takes a millisecond or so. */
    private static final int PAGE = 200;

    @Inject
    private Programs programs;

    /** Of paths, that this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    /** What was left because somebody was deleting it. */
    private final Schedule schedule = new Schedule(10, TimeUnit.MINUTES);

    @Override
    public String name() {
        return "index-programs";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    @Override
    public boolean due() {
        return changes.areMore() || schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        Programs.Taken page = programs.take(PAGE);
        boolean more = page.waiting() == PAGE && page.taken() > 0;
        if (!more) {
            changes.finished(begunWith);
            schedule.finished();
        }
        return new JobPage(more ? "more" : null, page.taken(), page.added(), 0, 0);
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
