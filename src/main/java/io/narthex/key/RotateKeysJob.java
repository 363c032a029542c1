package io.narthex.key;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.ChangesHeard;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of keys' lives when they are due, and removes the signatures of dead keys. It remembers when the next
 * step is due, and forgets that whenever a key or a policy changes.
 */
@ApplicationScoped
public class RotateKeysJob implements Job, ChangeListener {
    /** Caches that are new tell nobody of their keys, which live for longer than this. */
    private static final Duration LOOK_AGAIN = Duration.ofHours(12);

    @Inject
    private DueRotations due;

    @Inject
    private KeyClock clock;

    private final ChangesHeard changes = new ChangesHeard();
    private volatile Instant nextAt = Instant.MAX;

    @Override
    public String name() {
        return "rotate-keys";
    }

    @Override
    public String subject() {
        return "keys";
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public boolean due() {
        return changes.areMore() || !clock.now().isBefore(nextAt);
    }

    @Override
    public boolean isPunctual() {
        return true;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = changes.heard();
        Instant now = clock.now();
        int taken = due.take(now);
        if (taken > 0) {
            return new JobPage("more", taken, 0, taken, 0);
        }
        int forgotten = due.forget(now);
        if (forgotten > 0) {
            return new JobPage("more", forgotten, 0, 0, forgotten);
        }
        Instant next = due.next(now);
        Instant again = now.plus(LOOK_AGAIN);
        nextAt = next == null || again.isBefore(next) ? again : next;
        changes.finished(begunWith);
        return new JobPage(null, 0, 0, 0, 0);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY) {
            changes.hear();
        }
    }

    @Override
    public void lost() {
        changes.hear();
    }
}
