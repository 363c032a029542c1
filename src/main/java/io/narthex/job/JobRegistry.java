package io.narthex.job;

import io.narthex.job.JobException.UnknownJob;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Knows the jobs of this node, by name. */
@ApplicationScoped
class JobRegistry {
    @Inject
    @Any
    Instance<Job> beans;

    private Map<String, Job> jobs = Map.of();

    @PostConstruct
    void collect() {
        Map<String, Job> found = new TreeMap<>();
        for (Job job : beans) {
            if (found.put(JobKey.of(job).job(), job) != null) {
                throw new IllegalStateException("two jobs are called " + job.name());
            }
        }
        jobs = found;
    }

    /** All, sorted by name. */
    List<Job> all() {
        return List.copyOf(jobs.values());
    }

    /** @throws UnknownJob if there is none of that name */
    Job find(String name) {
        Job job = jobs.get(name);
        if (job == null) {
            throw new UnknownJob();
        }
        return job;
    }
}
