package io.narthex.audit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which job works on this thread, so that its changes say so. */
public final class JobAtWork {
    private static final ThreadLocal<@Nullable String> NAME = new ThreadLocal<>();

    private JobAtWork() {}

    /** Works in the name of a job. */
    public static <T> T as(String job, Supplier<T> work) {
        NAME.set(job);
        try {
            return work.get();
        } finally {
            NAME.remove();
        }
    }

    static @Nullable String name() {
        return NAME.get();
    }
}
