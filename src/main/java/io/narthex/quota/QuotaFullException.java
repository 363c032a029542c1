package io.narthex.quota;

/** An upload would pass a quota. */
public final class QuotaFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean ofCache;
    private final long used;
    private final long most;
    private final long wanted;

    QuotaFullException(boolean ofCache, long used, long most, long wanted) {
        super("a quota is full");
        this.ofCache = ofCache;
        this.used = used;
        this.most = most;
        this.wanted = wanted;
    }

    /** Whether it is the cache's quota; else the tenant's. */
    public boolean isOfCache() {
        return ofCache;
    }

    /** Bytes that are held, or reserved for other uploads. */
    public long used() {
        return used;
    }

    /** Bytes that may be held. */
    public long most() {
        return most;
    }

    /** Bytes that the upload has, as far as that is known. */
    public long wanted() {
        return wanted;
    }
}
