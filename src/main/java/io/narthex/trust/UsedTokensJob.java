package io.narthex.trust;

import io.narthex.job.ExpiryJob;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Removes what was remembered of identity tokens that have run out. */
@ApplicationScoped
public class UsedTokensJob extends ExpiryJob {
    @Inject
    private UsedTokens used;

    public UsedTokensJob() {
        super("forget-identities", "tokens");
    }

    @Override
    protected int remove(int most) {
        return used.removeOld(most);
    }
}
