package io.narthex.it;

import io.narthex.configuration.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Looks into a server's database, and lets its rows grow old, as its owner. */
public final class Rows {
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

    /** Of a database that has an owner. */
    public static Rows of(Database database) {
        return new Rows(
                database.url().orElseThrow(),
                database.ownerUser().orElseThrow(),
                database.ownerPassword().reveal());
    }

    /** Changes rows; gives how many. */
    public int change(String sql, Object... values) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                PreparedStatement s = prepared(connection, sql, values)) {
            return s.executeUpdate();
        }
    }

    /** The first column, as text. */
    public List<String> texts(String sql, Object... values) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                PreparedStatement s = prepared(connection, sql, values);
                ResultSet r = s.executeQuery()) {
            List<String> all = new ArrayList<>();
            while (r.next()) {
                all.add(r.getString(1));
            }
            return all;
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement s = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            s.setObject(i + 1, values[i]);
        }
        return s;
    }
}
