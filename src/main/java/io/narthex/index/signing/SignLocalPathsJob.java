package io.narthex.index.signing;

import io.narthex.change.ChangeKind;
import io.narthex.index.local.IndexedPaths;
import io.narthex.localstore.LocalStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;

/** Signs the paths of this machine's store by keys that have not signed them yet. */
@ApplicationScoped
public class SignLocalPathsJob extends SigningJob {
    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    @Inject
    private MissingSignatures missing;

    @Override
    public String name() {
        return "sign-paths";
    }

    @Override
    public String subject() {
        return store.name();
    }

    /** A cache that changes may show the store from now on. */
    @Override
    Set<ChangeKind> causes() {
        return Set.of(ChangeKind.KEY, ChangeKind.CACHE);
    }

    @Override
    long count(long afterRow) {
        return missing.countLocal(rows.storeId(), afterRow);
    }

    @Override
    MissingSignatures.Page sign(long afterRow) {
        return missing.local(rows.storeId(), store.storeDir(), afterRow);
    }
}
