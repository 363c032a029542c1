package io.narthex.configuration;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Gives the statements of a migration more time than others have, since one may build an index over all that there is.
 * The time is bounded: the kernel never tells of a database host that vanished while its answer was waited for.
 */
final class PatientMigrations implements Callback {
    /** What every connection has outside a migration, in seconds; {@code 10-datasource.cli} says the same to the pool. */
    static final Map<String, String> OTHERWISE =
            Map.of("connectTimeout", "10", "loginTimeout", "10", "socketTimeout", "20", "tcpKeepAlive", "true");

    /** An hour. */
    private static final int MILLIS = 3_600_000;

    /** What the connection had before; migrations run one after the other. */
    private int before;

    @Override
    public boolean supports(Event event, Context context) {
        return switch (event) {
            case BEFORE_EACH_MIGRATE, AFTER_EACH_MIGRATE, AFTER_EACH_MIGRATE_ERROR -> true;
            default -> false;
        };
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        Connection connection = context.getConnection();
        try {
            if (event == Event.BEFORE_EACH_MIGRATE) {
                before = connection.getNetworkTimeout();
                connection.setNetworkTimeout(Runnable::run, MILLIS);
            } else if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, before);
            }
        } catch (SQLException e) {
            throw new FlywayException("the connection of the migrations is lost", e);
        }
    }

    @Override
    public String getCallbackName() {
        return "patience";
    }
}
