package io.narthex.audit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells the record which job the present thread works for. */
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
