package io.narthex.configuration;

import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Why the schema could not be brought up to date, in one line that says what to do: Flyway's own sentences fill a page. */
final class MigrationProblem {
    private MigrationProblem() {}

    static String describe(FlywayException e) {
        if (e instanceof FlywayValidateException) {
            return "the database schema is not what this build made of it (" + difference(e)
                    + "): start the build that made it, or restore the database from a backup";
        }
        return "the database schema could not be brought up to date (" + reason(e)
                + "): NARTHEX_DB_OWNER_USER, or NARTHEX_DB_USER where that is not set, must own the"
                + " database, or may at least create in it and in its schema public (grant create on"
                + " database, grant create on schema public)";
    }

    /** The second line: the first says that validation failed, the third and fourth have checksums. */
    private static String difference(FlywayException e) {
        List<String> lines = String.valueOf(e.getMessage()).lines().toList();
        return lines.get(Math.min(1, lines.size() - 1)).strip();
    }

    /** PostgreSQL's own sentence, where there is one. */
    private static String reason(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return String.valueOf(sql.getMessage()).lines().findFirst().orElse("");
            }
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
