package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Is due once, at the first tick. */
@ApplicationScoped
class DueJob implements Job {
    private final AtomicBoolean due = new AtomicBoolean(true);

    @Override
    public String name() {
        return "due";
    }

    @Override
    public String subject() {
        return "here";
    }

    @Override
    public boolean due() {
        return due.getAndSet(false);
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        return new JobPage(null, 1, 1, 0, 0);
    }
}
