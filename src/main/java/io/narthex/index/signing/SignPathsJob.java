package io.narthex.index.signing;

import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.index.local.IndexedPaths;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.localstore.LocalStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Signs the paths of this machine's store by every key that signs now and has not signed them yet. Its checkpoint is the
 * row that the last page reached.
 */
@ApplicationScoped
public class SignPathsJob implements Job, ChangeListener {
    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    @Inject
    private MissingSignatures missing;

    private final SigningNeed need = new SigningNeed();

    @Override
    public String name() {
        return "sign-paths";
    }

    @Override
    public String subject() {
        return store.name();
    }

    @Override
    public boolean due() {
        return need.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        need.page(checkpoint);
        MissingSignatures.Page page =
                missing.local(rows.storeId(), store.storeDir(), checkpoint == null ? 0 : Long.parseLong(checkpoint));
        if (page.seen() == 0) {
            need.finished();
        }
        return new JobPage(page.seen() == 0 ? null : Long.toString(page.last()), page.seen(), page.signed(), 0, 0);
    }

    /** Another cache may show the store from now on. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY || change.kind() == ChangeKind.CACHE) {
            need.changed();
        }
    }

    @Override
    public void lost() {
        need.changed();
    }
}
