package io.narthex.transaction;

import java.sql.SQLException;
import java.util.Set;

/** Tells a transaction that PostgreSQL ended because of others beside it from one that asked for what cannot be. */
public final class TransactionConflict {
    /** PostgreSQL, appendix A: serialization_failure, deadlock_detected, lock_not_available. Nothing of them was done. */
    private static final Set<String> STATES = Set.of("40001", "40P01", "55P03");

    private TransactionConflict() {}

    /** Whether the failure, or one that it stands for, is such an end: the same transaction may succeed the next time. */
    public static boolean isCauseOf(Throwable failure) {
        return FailureCauses.anyMatch(
                failure,
                next -> next instanceof SQLException sql
                        && sql.getSQLState() != null
                        && STATES.contains(sql.getSQLState()));
    }
}
