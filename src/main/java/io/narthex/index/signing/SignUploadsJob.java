package io.narthex.index.signing;

import io.narthex.change.ChangeKind;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;

/** Signs what was pushed, in every cache, by keys that have not signed it yet. */
@ApplicationScoped
public class SignUploadsJob extends SigningJob {
    @Inject
    private MissingSignatures missing;

    @Override
    public String name() {
        return "sign-uploads";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    @Override
    Set<ChangeKind> causes() {
        return Set.of(ChangeKind.KEY);
    }

    @Override
    long count(long afterRow) {
        return missing.countUploads(afterRow);
    }

    @Override
    MissingSignatures.Page sign(long afterRow) {
        return missing.uploads(afterRow);
    }
}
