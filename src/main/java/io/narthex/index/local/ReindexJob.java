package io.narthex.index.local;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Progress;
import io.narthex.localstore.LocalStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the index the same as this machine's store: it adds what is new, changes what was changed in place, and removes
 * what was collected. Its checkpoint is the row number of the Nix database that the last page reached.
 */
@ApplicationScoped
public class ReindexJob implements Job {
    /** How often paths in quarantine are hashed again. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Inject
    private LocalStore store;

    @Inject
    private Reindexer reindexer;

    @Inject
    private QuarantineCheck quarantine;

    @Inject
    private LocalSource source;

    private volatile long startedStamp = -1;
    /** Whether this node has looked at every row of the run. */
    private volatile boolean begunHere;

    /** Rows of Nix's database that the run has looked at here. */
    private final AtomicLong seen = new AtomicLong();
    /** How many they were when all were compared last: what stands since then is not read again. */
    private volatile long compared;

    private volatile long finishedStamp = -1;
    private volatile long finishedAt;

    @Override
    public String name() {
        return "reindex";
    }

    @Override
    public String subject() {
        return store.name();
    }

    /** When Nix's database changed since the last run of this node, or a path waits in quarantine. */
    @Override
    public boolean due() {
        return store.database().stamp() != finishedStamp
                || (quarantine.isNeeded() && System.nanoTime() - finishedAt > LOOK_AGAIN_NANOS);
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (checkpoint == null || startedStamp < 0) {
            startedStamp = store.database().stamp();
            begunHere = checkpoint == null;
            seen.set(0);
        }
        if (checkpoint == null && source.comparedStamp() == startedStamp) {
            return end(new Reindexer.Difference(-1, compared, 0, 0, 0));
        }
        long after = checkpoint == null ? 0 : Long.parseLong(checkpoint);
        Progress.ofThisRun().expect(() -> store.database().count(after));
        Reindexer.Difference page = reindexer.page(after);
        seen.addAndGet(page.seen());
        if (page.lastId() >= 0) {
            return new JobPage(Long.toString(page.lastId()), page.seen(), page.added(), page.updated(), page.removed());
        }
        if (page.removed() > 0) {
            source.reload();
        }
        if (begunHere) {
            compared = seen.get();
            source.compared(startedStamp);
        }
        return end(page);
    }

    private JobPage end(Reindexer.Difference page) {
        long released = quarantine.release();
        finishedAt = System.nanoTime();
        finishedStamp = startedStamp;
        return new JobPage(null, page.seen(), page.added(), page.updated() + released, page.removed());
    }
}
