package io.narthex.audit;

/**
 * What the server does by itself within a request of somebody else, so that its events name the server: the tenant whose
 * record it is must not learn who that was.
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
