package io.narthex.auditor;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Signs the head of every hash chain once an hour. */
@ApplicationScoped
public class SignHeadsJob implements Job {
    private static final int PAGE = 500;

    @Inject
    private Heads heads;

    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);

    @Override
    public String name() {
        return "sign-heads";
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
        List<SignedHead.Head> page = heads.now(checkpoint == null ? -1 : Integer.parseInt(checkpoint), PAGE);
        heads.keep(page);
        boolean last = page.size() < PAGE;
        if (last) {
            schedule.finished();
        }
        return new JobPage(last ? null : Integer.toString(page.getLast().number()), page.size(), page.size(), 0, 0);
    }
}
