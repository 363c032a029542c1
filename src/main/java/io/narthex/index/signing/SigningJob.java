package io.narthex.index.signing;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Progress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signs stored paths again: by every key that signs now and has not signed them yet. Its checkpoint is the row that the last
 * page reached.
 */
abstract class SigningJob implements Job, ChangeListener {
    private final SigningNeed need = new SigningNeed();

    /** Which changes may leave paths without a signature. */
    abstract Set<ChangeKind> causes();

    /** How many paths there are behind one row. */
    abstract long count(long afterRow);

    /** Signs a page of paths, those behind one row. */
    abstract MissingSignatures.Page sign(long afterRow);

    @Override
    public boolean due() {
        return need.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        need.page(checkpoint);
        long after = checkpoint == null ? 0 : Long.parseLong(checkpoint);
        Progress.ofThisRun().expect(() -> count(after));
        MissingSignatures.Page page = sign(after);
        if (page.seen() == 0) {
            need.finished();
        }
        return new JobPage(page.seen() == 0 ? null : Long.toString(page.last()), page.seen(), page.signed(), 0, 0);
    }

    @Override
    public void changed(Change change) {
        if (causes().contains(change.kind())) {
            need.changed();
        }
    }

    @Override
    public void lost() {
        need.changed();
    }
}
