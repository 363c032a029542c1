package io.narthex.audit;

import io.narthex.http.DatabaseAway;
import io.narthex.transaction.TransactionConflict;
import java.sql.SQLException;
import java.util.Set;

/** Tells a row that the database will never take from a database that takes none at the moment. */
final class RowFault {
    /**
     * Classes of PostgreSQL's appendix A that come of what the server is, whatever the row: connections, resources, an
     * operator, the system, its configuration.
     */
    private static final Set<String> OF_THE_SERVER = Set.of("08", "53", "57", "58", "F0");

    /** Of a server that takes reads alone: a standby, or one that was set to it. */
    private static final Set<String> READ_ONLY = Set.of("25006", "25P02");

    private RowFault() {}

    /** Whether others may be written though this one cannot. */
    static boolean isCauseOf(Exception failure) {
        if (DatabaseAway.isCauseOf(failure) || TransactionConflict.isCauseOf(failure)) {
            return false;
        }
        String state = failure instanceof SQLException sql ? sql.getSQLState() : null;
        if (state == null) {
            return true; // the row could not even be made, or sent, ready
        }
        boolean ofTheServer = state.length() == 5 && OF_THE_SERVER.contains(state.substring(0, 2));
        return !ofTheServer && !READ_ONLY.contains(state);
    }
}
