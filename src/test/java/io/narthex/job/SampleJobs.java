package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.jspecify.annotations.Nullable;

/** The jobs that a client starts. */
@ApplicationScoped
class SampleJobs {
    /** Is done at once. */
    @Produces
    SampleJob quick() {
        return new SampleJob("quick", checkpoint -> new JobPage(null, 1, 1, 0, 0));
    }

    /** Takes three seconds in thirty pages, so that a client can see it run. */
    @Produces
    SampleJob slow() {
        return new SampleJob("slow", SampleJobs::slowPage);
    }

    private static JobPage slowPage(@Nullable String checkpoint) {
        int page = checkpoint == null ? 1 : Integer.parseInt(checkpoint);
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new JobPage(page == 30 ? null : Integer.toString(page + 1), 10, 4, 3, 2);
    }
}
