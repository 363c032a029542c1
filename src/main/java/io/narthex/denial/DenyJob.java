package io.narthex.denial;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes dark what needs denied paths, where whoever made the rule did not come to the end of it, and where paths were indexed since
 * that others need which were there before.
 */
@ApplicationScoped
public class DenyJob implements Job, ChangeListener {
    @Inject
    private DenialAdministration denials;

    /** Of rules and of what they deny, that this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    /** A node that was killed has left something, of which no other one hears. */
    private final Schedule schedule = new Schedule(1, TimeUnit.MINUTES);

    @Override
    public String name() {
        return "deny";
    }

    @Override
    public String subject() {
        return "denials";
    }

    @Override
    public boolean due() {
        return changes.areMore() || schedule.isDue();
    }

    /** What is denied is to be dark within seconds. */
    @Override
    public boolean isPunctual() {
        return true;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        OptionalLong rule = denials.unfinished();
        if (rule.isEmpty()) {
            changes.finished(begunWith);
            schedule.finished();
            return new JobPage(null, 0, 0, 0, 0);
        }
        denials.spread(rule.getAsLong());
        return new JobPage("more", 1, 1, 0, 0);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.DENIAL) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
