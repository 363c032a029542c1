package io.narthex.index.signing;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Signs what was pushed, in every cache, by every key that signs there now and has not signed it yet. Its checkpoint is
 * the row that the last page reached.
 */
@ApplicationScoped
public class SignUploadsJob implements Job, ChangeListener {
    @Inject
    private MissingSignatures missing;

    private final SigningNeed need = new SigningNeed();

    @Override
    public String name() {
        return "sign-uploads";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    @Override
    public boolean due() {
        return need.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        need.page(checkpoint);
        MissingSignatures.Page page = missing.uploads(checkpoint == null ? 0 : Long.parseLong(checkpoint));
        if (page.seen() == 0) {
            need.finished();
        }
        return new JobPage(page.seen() == 0 ? null : Long.toString(page.last()), page.seen(), page.signed(), 0, 0);
    }

    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY) {
            need.changed();
        }
    }

    @Override
    public void lost() {
        need.changed();
    }
}
