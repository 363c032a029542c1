package io.narthex.access.token;

import io.narthex.change.Change;
import io.narthex.change.ChangeListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Reloads {@link LiveTokens} whenever the database's tokens have changed. */
@ApplicationScoped
public class TokenDirectory implements ChangeListener {
    private final LiveTokens tokens = new LiveTokens();

    @Inject
    private Tokens rows;

    /** The object itself, no proxy. */
    public LiveTokens tokens() {
        return tokens;
    }

    public LiveTokens.Rows rows() {
        return rows;
    }

    @Override
    public void changed(Change change) {
        switch (change.kind()) {
            case TOKEN -> tokens.mark(change.subject());
            case TRUST -> tokens.markTrust(change.subject());
            // with a tenant its tokens are gone
            case TENANT -> tokens.markAll();
            case CACHE, KEY, PATH, UPSTREAM, DENIAL -> {}
        }
    }

    @Override
    public void lost() {
        tokens.markAll();
        tokens.refresh(rows);
    }
}
