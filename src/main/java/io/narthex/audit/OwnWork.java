package io.narthex.audit;

/**
 * Marks work that the server does by itself during somebody's request. Its events name the server, since the tenant
 * whose record it is must not learn whose request that was.
 */
public final class OwnWork {
    private static final ThreadLocal<Boolean> UNDER_WAY = ThreadLocal.withInitial(() -> false);

    private OwnWork() {}

    /** Runs it in the server's name. */
    public static void run(Runnable work) {
        boolean before = UNDER_WAY.get();
        UNDER_WAY.set(true);
        try {
            work.run();
        } finally {
            UNDER_WAY.set(before);
        }
    }

    static boolean isUnderWay() {
        return UNDER_WAY.get();
    }
}
