package io.narthex.http;

import io.narthex.transaction.FailureCauses;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Tells a database that cannot be reached from one that refuses what we ask. */
public final class DatabaseAway {
    private DatabaseAway() {}

    /** Whether the failure, or one that it stands for, is a lost or refused connection. */
    public static boolean isCauseOf(Throwable failure) {
        return FailureCauses.anyMatch(failure, DatabaseAway::isAway);
    }

    private static boolean isAway(Throwable cause) {
        if (cause instanceof SQLTransientConnectionException
                || cause instanceof SQLNonTransientConnectionException
                || cause instanceof SQLRecoverableException) {
            return true;
        }
        // the pool's own has a number: no connection to be had; that of a commit has none, and the reason as its cause.
        // The class is the server's and not always visible here
        if (cause.getClass().getName().startsWith("jakarta.resource.")
                && String.valueOf(cause.getMessage()).startsWith("IJ")) {
            return true;
        }
        return cause instanceof SQLException sql
                && (isAway(sql.getSQLState()) || isLost(String.valueOf(sql.getMessage())));
    }

    /** The pool's own words for a connection that was taken from under its user: it has no state and no cause then. */
    private static boolean isLost(String message) {
        return message.startsWith("IJ031040") || message.startsWith("IJ031041");
    }

    /** PostgreSQL, appendix A: class 08 connection, 57P01-05 shutdown or start-up, 53300 too many connections. */
    private static boolean isAway(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P") || state.equals("53300"));
    }
}
