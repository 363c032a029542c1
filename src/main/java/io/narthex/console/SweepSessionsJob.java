package io.narthex.console;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Removes, once an hour, the sessions of the console that have ended. */
@ApplicationScoped
public class SweepSessionsJob implements Job {
    private static final int PAGE = 5_000;
    private static final long PERIOD = TimeUnit.HOURS.toNanos(1);

    @Inject
    private Sessions sessions;

    private volatile long finishedAt = System.nanoTime() - PERIOD;

    @Override
    public String name() {
        return "sweep-sessions";
    }

    @Override
    public String subject() {
        return "sessions";
    }

    @Override
    public boolean due() {
        return System.nanoTime() - finishedAt >= PERIOD;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        int removed = sessions.removeEnded(PAGE);
        if (removed < PAGE) {
            finishedAt = System.nanoTime();
        }
        return new JobPage(removed < PAGE ? null : "more", removed, 0, 0, removed);
    }
}
