package io.narthex.push;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.index.upload.UnclaimedFiles;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets equal files of whichever tenants be stored once: what refers to the later ones refers to the oldest, and the
 * sweep removes the others. It runs behind the answers, and no write is ever left out: a clock would show that.
 */
@ApplicationScoped
public class MergeBlobsJob implements Job, ChangeListener {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int PAGE = 200;

    @Inject
    private UnclaimedFiles files;

    /** How many publications and other changes of paths this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    private volatile long begunWith;
    private volatile long finishedAt = System.nanoTime() - PAUSE_NANOS;

    @Override
    public String name() {
        return "merge-blobs";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    /** When something was published since the last run, but no sooner than a minute after that. */
    @Override
    public boolean due() {
        return changes.areMore() && System.nanoTime() - finishedAt >= PAUSE_NANOS;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (checkpoint == null) {
            begunWith = changes.heard();
        }
        UnclaimedFiles.Merged merged = files.mergeEqual(checkpoint == null ? 0 : Long.parseLong(checkpoint), PAGE);
        if (merged.lastId() < 0) {
            finishedAt = System.nanoTime();
            changes.finished(begunWith);
            return new JobPage(null, merged.files(), 0, merged.files(), 0);
        }
        return new JobPage(Long.toString(merged.lastId()), merged.files(), 0, merged.files(), 0);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.PATH) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
