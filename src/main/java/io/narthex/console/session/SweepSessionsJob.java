package io.narthex.console.session;

import io.narthex.job.ExpiryJob;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Removes the sessions of the console that have ended. */
@ApplicationScoped
public class SweepSessionsJob extends ExpiryJob {
    @Inject
    private Sessions sessions;

    public SweepSessionsJob() {
        super("sweep-sessions", "sessions");
    }

    @Override
    protected int remove(int most) {
        return sessions.removeEnded(most);
    }
}
