package io.narthex.it;

import io.narthex.configuration.Database;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Looks into a server's database, and lets its rows grow old, as its owner. */
public final class Rows {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final String url;
    private final String user;
    private final String password;

    private Rows(String url, String user, String password) {
        this.url = url;
        this.user = user;
        this.password = password;
    }

    /** Of the server of the integration tests. */
    public static Rows ofServer() {
        return new Rows(
                System.getProperty("it.db.url"),
                System.getProperty("it.db.owner.user"),
                System.getProperty("it.db.owner.password"));
    }

    /** The same as the application's login, which alone may write some. */
    public static Rows ofApplication() {
        return new Rows(
                System.getProperty("it.db.url"),
                System.getProperty("it.db.user"),
                System.getProperty("it.db.password"));
    }

    /** By a login in libpq's form, as a server's home has it. */
    public static Rows by(URI login) {
        String[] who = login.getUserInfo().split(":", 2);
        return new Rows(
                "jdbc:postgresql://" + login.getHost() + ":" + login.getPort() + login.getPath(), who[0], who[1]);
    }

    /** Of a database that has an owner. */
    public static Rows of(Database database) {
        return new Rows(
                database.url().orElseThrow(),
                database.ownerUser().orElseThrow(),
                database.ownerPassword().reveal());
    }

    /** A connection of the caller's own. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** Changes rows; gives how many. */
    public int change(String sql, Object... values) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement s = prepared(connection, sql, values)) {
            return s.executeUpdate();
        }
    }

    /** The first column, as text. */
    public List<String> texts(String sql, Object... values) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement s = prepared(connection, sql, values);
                ResultSet r = s.executeQuery()) {
            List<String> all = new ArrayList<>();
            while (r.next()) {
                all.add(r.getString(1));
            }
            return all;
        }
    }

    /** The same once there is any row: what is written some seconds later. */
    public List<String> awaitTexts(String sql, Object... values) throws SQLException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        List<String> all = texts(sql, values);
        while (all.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(100);
            all = texts(sql, values);
        }
        return all;
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement s = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            s.setObject(i + 1, values[i]);
        }
        return s;
    }
}
