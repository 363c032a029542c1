package io.narthex.index.search;

import io.narthex.index.local.IndexedPaths;
import io.narthex.index.local.LocalSource;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import io.narthex.localstore.LocalStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notes which programs and libraries paths of this machine's store have, so that a search finds the paths by them: each time when
 * the reindex job has taken over what Nix has changed.
 */
@ApplicationScoped
public class IndexStoreProgramsJob implements Job {
    /** Three directories of each are read: a tenth of a second, ten times that where the disk has to be asked. */
    private static final int PAGE = 500;

    @Inject
    private LocalStore store;

    @Inject
    private LocalSource source;

    @Inject
    private IndexedPaths paths;

    @Inject
    private LocalPrograms programs;

    /** What was left because somebody was deleting it, and what another node with the same store has indexed. */
    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);

    private volatile long startedStamp;
    private volatile long finishedStamp;

    @Override
    public String name() {
        return "index-store-programs";
    }

    @Override
    public String subject() {
        return store.name();
    }

    @Override
    public boolean due() {
        long stamp = source.comparedStamp();
        return stamp > 0 && (stamp != finishedStamp || schedule.isDue());
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (checkpoint == null || startedStamp == 0) {
            startedStamp = source.comparedStamp();
        }
        LocalPrograms.Taken page = programs.take(paths.storeId(), PAGE);
        if (!page.more()) {
            finishedStamp = startedStamp;
            schedule.finished();
        }
        return new JobPage(page.more() ? "more" : null, page.seen(), page.added(), 0, 0);
    }
}
