package io.narthex.transaction;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Predicate;

/** What a failure stands for: its causes, and what it carries as suppressed, as a commit that fails does (Narayana 7.3). */
public final class FailureCauses {
    /** More failures than this hang together only in a loop. */
    private static final int MOST = 100;

    private FailureCauses() {}

    /** Whether this holds for the failure or for one that it stands for; loops end. */
    public static boolean anyMatch(Throwable failure, Predicate<? super Throwable> predicate) {
        Deque<Throwable> left = new ArrayDeque<>();
        left.add(failure);
        for (int i = 0; i < MOST && !left.isEmpty(); i++) {
            Throwable next = left.remove();
            if (predicate.test(next)) {
                return true;
            }
            left.addAll(Arrays.asList(next.getSuppressed()));
            if (next.getCause() != null) {
                left.add(next.getCause());
            }
        }
        return false;
    }
}
