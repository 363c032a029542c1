package io.narthex.job;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Removes, once an hour, rows that have had their time: as many pages of them as there are. */
public abstract class ExpiryJob implements Job {
    /** Rows of a page: well below a second. */
    private static final int PAGE = 5_000;

    private final String name;
    private final String subject;
    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);

    /**
     * A job with this name.
     *
     * @param subject as in {@link Job#subject}
     */
    protected ExpiryJob(String name, String subject) {
        this.name = name;
        this.subject = subject;
    }

    /**
     * Removes rows whose time is over.
     *
     * @param most so many at most
     * @return how many it were; fewer than {@code most}: there are no more
     */
    protected abstract int remove(int most);

    @Override
    public String name() {
        return name;
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public boolean due() {
        return schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        int removed = remove(PAGE);
        if (removed < PAGE) {
            schedule.finished();
        }
        return new JobPage(removed < PAGE ? null : "more", removed, 0, 0, removed);
    }
}
