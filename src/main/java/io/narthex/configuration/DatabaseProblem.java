package io.narthex.configuration;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Turns a failure of the database at the start into one line that says what to do and shows no password. */
public final class DatabaseProblem {
    /** The oldest PostgreSQL whose public schema is closed to everybody but the database's owner. */
    public static final int OLDEST = 15;

    /** A start in the midst of a storm waits; a server that is not there refuses at once. */
    private static final String CONNECT_TIMEOUT_SECONDS = "30";

    private DatabaseProblem() {}

    /** Logs in once; empty if that works and the server is new enough. */
    public static Optional<String> find(String url, String user, Secret password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password.reveal());
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", CONNECT_TIMEOUT_SECONDS);
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            return tooOld(connection);
        } catch (SQLException e) {
            return Optional.of(describe(url, user, e));
        }
    }

    /** Whether the server is older than {@value #OLDEST}. */
    static Optional<String> tooOld(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        return major >= OLDEST
                ? Optional.empty()
                : Optional.of(
                        "the database at " + where(connection.getMetaData().getURL()) + " is PostgreSQL " + major
                                + ": name one of version " + OLDEST + " or newer in NARTHEX_DB_URL");
    }

    /** The one line for a schema that a build of before 1.0 made, whose migrations were others. */
    static String earlierBuild(String url, Path home) {
        return "the database at " + where(url)
                + " was made by an earlier build, and no database of before 1.0 is taken over:"
                + " start with an empty one, named in NARTHEX_DB_URL; where it is the embedded one, move "
                + home.resolve("postgresql") + " away";
    }

    /** The one line for a failed login. */
    static String describe(String url, String user, SQLException failure) {
        String where = where(url);
        SQLException root = root(failure);
        @Nullable String state = root.getSQLState();
        return switch (state == null ? "" : state) {
            case "28P01", "28000" ->
                "the database at " + where + " refuses the login of user " + user
                        + ": correct the user and the password (NARTHEX_DB_USER, NARTHEX_DB_PASSWORD and the _OWNER_"
                        + " ones)";
            case "3D000" -> "there is no database " + where + ": create it, or correct NARTHEX_DB_URL";
            default ->
                "the database at " + where + " cannot be used by user " + user + " (" + oneLine(root)
                        + "): start it, or correct NARTHEX_DB_URL";
        };
    }

    /** Host, port and database of a JDBC URL, without the parameters behind them. */
    private static String where(String url) {
        return url.replaceFirst("^jdbc:postgresql:(//)?", "").replaceFirst("\\?.*", "");
    }

    private static SQLException root(SQLException failure) {
        SQLException root = failure;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                root = e;
            }
        }
        return root;
    }

    private static String oneLine(SQLException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ").replaceFirst("\\.$", "");
    }
}
