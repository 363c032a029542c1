package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Takes three seconds in thirty pages, so that a client can see it run. */
@ApplicationScoped
class SlowJob implements Job {
    @Override
    public String name() {
        return "slow";
    }

    @Override
    public String subject() {
        return "here";
    }

    @Override
    public boolean due() {
        return false;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        int page = checkpoint == null ? 1 : Integer.parseInt(checkpoint);
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new JobPage(page == 30 ? null : Integer.toString(page + 1), 10, 4, 3, 2);
    }
}
