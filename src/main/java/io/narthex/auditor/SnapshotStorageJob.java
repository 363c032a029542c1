package io.narthex.auditor;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down once an hour what lies in each cache; the last of a day stays. */
@ApplicationScoped
public class SnapshotStorageJob implements Job {
    @Inject
    private RecordFunctions functions;

    private final Schedule timetable = new Schedule(1, TimeUnit.HOURS);

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
        return timetable.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        int caches = functions.snapshotStorage();
        timetable.finished();
        return new JobPage(null, caches, 0, caches, 0);
    }
}
