package io.narthex.access;

/**
 * Says that the database found a push no longer allowed as it was decided: the token is revoked, or the cache is gone
 * or has other settings. Nothing was kept; {@link PushRight#use} decides again.
 */
public final class RightChangedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RightChangedException() {
        super("what allowed a push has changed");
    }
}
