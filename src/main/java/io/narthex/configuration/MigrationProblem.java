package io.narthex.configuration;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jspecify.annotations.Nullable;

/** Why the schema could not be brought up to date, in one line that says what to do: Flyway's own sentences fill a page. */
final class MigrationProblem {
    private MigrationProblem() {}

    static String describe(FlywayException e) {
        if (e instanceof FlywayValidateException) {
            return "the database schema is not what this build made of it (" + line(e.getMessage(), 1)
                    + "): start the build that made it, restore the database from a backup, or start with an empty one";
        }
        return "the database schema could not be brought up to date ("
                + cause(e).map(MigrationProblem::sentenceAndAdvice).orElseGet(() -> line(e.getMessage(), 0) + ")");
    }

    private static String sentenceAndAdvice(SQLException cause) {
        return switch (String.valueOf(cause.getSQLState())) {
            case "42501" ->
                line(cause.getMessage(), 0)
                        + "): NARTHEX_DB_OWNER_USER, or NARTHEX_DB_USER where that is not set, must own"
                        + " the database, or may at least create in it and in its schema public (grant create on"
                        + " database, grant create on schema public)";
            case "2BP01" ->
                line(cause.getMessage(), 1).replaceFirst("^Detail: ", "")
                        + "): drop what is not Narthex's, and make it again after the upgrade";
            case "55P03" ->
                line(cause.getMessage(), 0)
                        + "): end what has read or written in the database for minutes, and start again";
            default -> line(cause.getMessage(), 0) + "); it is as it was before";
        };
    }

    /** The line of that number from 0 on, or the last. */
    private static String line(@Nullable String text, int number) {
        List<String> lines = String.valueOf(text).lines().toList();
        return lines.isEmpty()
                ? ""
                : lines.get(Math.min(number, lines.size() - 1)).strip();
    }

    /** What PostgreSQL said, where it was that. */
    static Optional<SQLException> cause(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }
}
