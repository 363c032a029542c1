package io.narthex.scrub;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import io.narthex.restore.RestoreGuard;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes beside the stored files once an hour, and when a token or a key changed, which database they belong to, how far it is, and
 * what was revoked in it. First it looks whether the database was restored meanwhile.
 */
@ApplicationScoped
public class MarkStoreJob implements Job, ChangeListener {
    /** The page behind the commit of the counter. */
    private static final String RAISED = "raised";

    @Inject
    private RestoreGuard guard;

    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);
    private final ChangesHeard changes = new ChangesHeard();
    private volatile long begunWith;

    @Override
    public String name() {
        return "mark-store";
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
        if (RAISED.equals(checkpoint)) {
            guard.writeMark();
            finished();
            return new JobPage(null, 0, 0, 1, 0);
        }
        begunWith = changes.heard();
        if (guard.look()) {
            finished();
            return new JobPage(null, 0, 0, 0, 0);
        }
        guard.raise();
        return new JobPage(RAISED, 0, 0, 0, 0);
    }

    private void finished() {
        changes.finished(begunWith);
        schedule.finished();
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.TOKEN
                || change.kind() == ChangeKind.KEY
                || change.kind() == ChangeKind.DENIAL) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
