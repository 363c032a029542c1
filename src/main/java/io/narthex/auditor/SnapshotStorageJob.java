package io.narthex.auditor;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down once an hour how much lies in each cache; of a day the last count stays. */
@ApplicationScoped
public class SnapshotStorageJob implements Job {
    @Inject
    private RecordFunctions functions;

    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);

    @Override
    public String name() {
        return "snapshot-storage";
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
        int caches = functions.snapshotStorage();
        schedule.finished();
        return new JobPage(null, caches, 0, caches, 0);
    }
}
