package io.narthex.job;

import org.jspecify.annotations.Nullable;

/** A job that is never due, made of its name and what a page of it does. */
record SampleJob(String name, Script script) implements Job {
    /** One page. */
    interface Script {
        JobPage page(@Nullable String checkpoint);
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
        return script.page(checkpoint);
    }
}
