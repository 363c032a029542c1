package io.narthex.transaction;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;

/** Tells a transaction that PostgreSQL ended because of others beside it from one that asked for what cannot be. */
public final class TransactionConflict {
    /** PostgreSQL, appendix A: serialization_failure, deadlock_detected, lock_not_available. Nothing of them was done. */
    private static final Set<String> STATES = Set.of("40001", "40P01", "55P03");

    /** More failures than this hang together only in a loop. */
    private static final int MOST = 100;

    private TransactionConflict() {}

    /** Whether the failure, or one that it stands for, is such an end: the same transaction may succeed the next time. */
    public static boolean isCauseOf(Throwable failure) {
        Deque<Throwable> left = new ArrayDeque<>();
        left.add(failure);
        for (int i = 0; i < MOST && !left.isEmpty(); i++) {
            Throwable next = left.remove();
            if (next instanceof SQLException sql && sql.getSQLState() != null && STATES.contains(sql.getSQLState())) {
                return true;
            }
            // a commit that fails tells of its cause as suppressed
            left.addAll(Arrays.asList(next.getSuppressed()));
            if (next.getCause() != null) {
                left.add(next.getCause());
            }
        }
        return false;
    }
}
