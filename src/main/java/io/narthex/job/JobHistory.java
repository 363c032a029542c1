package io.narthex.job;

import io.narthex.job.JobException.UnknownJob;
import io.narthex.job.JobException.UnknownRun;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Tells which jobs there are and what their runs did. */
@ApplicationScoped
public class JobHistory {
    @Inject
    JobRegistry registry;

    @Inject
    JobLeases leases;

    @Inject
    JobRuns runs;

    /** The jobs of this node by name, each with its last run: for who administers the server. */
    public List<JobResponse> jobs() {
        return registry.all().stream()
                .map(JobKey::of)
                .map(key -> new JobStatus(key, leases.isHeld(key), runs.findLast(key)))
                .map(JobResponse::of)
                .toList();
    }

    /**
     * The runs of a job on all nodes, newest first.
     *
     * @param below only those with a lesser id
     * @throws UnknownJob if there is no job of this name
     */
    List<JobRunEntity> runs(String job, long below, int limit) {
        return runs.list(registry.find(job).name(), below, limit);
    }

    /**
     * @throws UnknownJob if there is no job of this name
     * @throws UnknownRun if it has no such run
     */
    JobRunEntity run(String job, long id) {
        return runs.find(registry.find(job).name(), id).orElseThrow(UnknownRun::new);
    }
}
