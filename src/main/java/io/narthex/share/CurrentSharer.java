package io.narthex.share;

/** For whom the thread at hand works, so that what it needs on the way is counted for the same one. Thread-safe. */
public final class CurrentSharer {
    /** Whose work no request asked for. */
    private static final Sharer SERVER = new Sharer("server", "", "");

    private static final ThreadLocal<Sharer> CURRENT = new ThreadLocal<>();

    private CurrentSharer() {}

    /** For the server itself where nobody was named. */
    public static Sharer get() {
        Sharer known = CURRENT.get();
        return known == null ? SERVER : known;
    }

    /** Does the work of somebody, on this thread. */
    public static void run(Sharer who, Runnable work) {
        CURRENT.set(who);
        try {
            work.run();
        } finally {
            CURRENT.remove();
        }
    }
}
