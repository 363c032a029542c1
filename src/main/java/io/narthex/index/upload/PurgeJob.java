package io.narthex.index.upload;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Removes the rows of what deleted caches and tenants held. Their keys (without secrets), tokens and names stay, for
 * who asks later.
 */
@ApplicationScoped
public class PurgeJob implements Job, ChangeListener {
    private static final int PAGE = 2_000;

    @Inject
    private DeletedCaches caches;

    /** How many changes of caches this node has heard of. */
    private final ChangesHeard changes = new ChangesHeard();

    @Override
    public String name() {
        return "purge";
    }

    @Override
    public String subject() {
        return "caches";
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public boolean due() {
        return changes.areMore();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        long removed = caches.removeRows(PAGE);
        if (removed == 0) {
            changes.finished(begunWith);
        }
        return new JobPage(removed > 0 ? "more" : null, removed, 0, 0, removed);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.CACHE || change.kind() == ChangeKind.TENANT) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
