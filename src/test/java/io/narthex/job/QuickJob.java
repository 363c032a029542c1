package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Is done at once, and never due. */
@ApplicationScoped
class QuickJob implements Job {

    @Override
    public String name() {
        return "quick";
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
        return new JobPage(null, 1, 1, 0, 0);
    }
}
