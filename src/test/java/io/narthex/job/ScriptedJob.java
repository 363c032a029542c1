package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Does in each page what a test tells it to. */
@ApplicationScoped
class ScriptedJob implements Job {
    private volatile SampleJob.Script script = checkpoint -> new JobPage(null, 0, 0, 0, 0);
    private volatile String subject = "here";
    private volatile BooleanSupplier due = () -> false;

    void does(SampleJob.Script script) {
        this.script = script;
    }

    void isFor(String subject) {
        this.subject = subject;
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public String subject() {
        return subject;
    }

    void isDue(BooleanSupplier due) {
        this.due = due;
    }

    @Override
    public boolean due() {
        return due.getAsBoolean();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        return script.page(checkpoint);
    }
}
