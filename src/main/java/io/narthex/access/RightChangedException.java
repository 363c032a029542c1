package io.narthex.access;

/**
 * The database has found that a push is not allowed as it was judged: its token is revoked, or its cache is gone or set
 * otherwise. Nothing was kept; {@link PushRight#use} judges again.
 */
public final class RightChangedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RightChangedException() {
        super("what allowed a push has changed");
    }
}
