package io.narthex.configuration;

import io.narthex.it.Rows;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** A database of a test's own in the PostgreSQL of the integration tests. */
final class SchemaDb implements AutoCloseable {
    private static final Path DESCRIBE = Path.of("src/test/resources/schema/describe.sql");
    private static final Path FILL = Path.of("src/test/resources/schema/fill.sql");
    private static final Path RECORD = Path.of("src/test/resources/audit/record.sql");

    private final String name;
    private final URI superuser;

    private SchemaDb(String name, URI superuser) {
        this.name = name;
        this.superuser = superuser;
    }

    /** Without a schema at first. */
    static SchemaDb create(String name) throws SQLException {
        return create(name, "template1");
    }

    /** One with the same content. */
    SchemaDb copy(String as) throws SQLException {
        return create(as, name);
    }

    private static SchemaDb create(String name, String template) throws SQLException {
        URI superuser = URI.create(System.getProperty("it.db.superuser.uri"));
        Rows server = Rows.by(superuser);
        server.change("create database " + name + " template " + template + " owner narthex_owner");
        server.change("revoke temporary on database " + name + " from public");
        return new SchemaDb(name, superuser);
    }

    /** By the migrations that are built in, as the server's start runs them. */
    void migrate() {
        migrations(List.of()).run();
    }

    /** Those that are built in and others, at locations as Flyway names them. */
    Migrations migrations(List<String> others) {
        return migrations("narthex_app", others);
    }

    /** The same for another login of the application's. */
    Migrations migrations(String application, List<String> others) {
        return new Migrations(
                flyway -> flyway.dataSource(
                        url(), System.getProperty("it.db.owner.user"), System.getProperty("it.db.owner.password")),
                application,
                others);
    }

    String url() {
        return "jdbc:postgresql://" + superuser.getHost() + ":" + superuser.getPort() + "/" + name;
    }

    /** The record of two tenants, sealed, and an auditor of one of them. */
    void fill() throws SQLException, IOException {
        String[] parts = Files.readString(FILL).split("-- record.sql\n", -1);
        try (Connection connection = asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(parts[0]);
            statement.execute(Files.readString(RECORD));
            statement.execute(parts[1]);
        }
    }

    /** A connection that the database takes for that login's. */
    Connection as(String role) throws SQLException {
        Connection connection = asSuperuser();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set timezone = 'UTC'");
            statement.execute("set session authorization " + role);
        }
        return connection;
    }

    /** The first column of each row, as text, for a login. */
    List<String> texts(String role, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = as(role);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                texts.add(result.getString(1));
            }
        }
        return texts;
    }

    /** All that the catalogue knows of the schema, in text, the months of the record counted from the present one. */
    String describe() throws SQLException, IOException {
        List<String> lines = new ArrayList<>();
        for (String query : Files.readString(DESCRIBE).split(";\n", -1)) {
            if (!query.isBlank()) {
                lines.addAll(texts("postgres", query));
            }
        }
        return withoutMonths(String.join("\n", lines)) + "\n";
    }

    private static String withoutMonths(String text) {
        YearMonth present = YearMonth.from(LocalDate.now(ZoneOffset.UTC));
        String result = text;
        for (int i = -1; i <= 7; i++) {
            YearMonth month = present.plusMonths(i);
            result = result.replace(month.format(DateTimeFormatter.ofPattern("'_'yyyyMM")), "_month" + i)
                    .replace(month + "-01 00:00:00+00", "month " + i);
        }
        return result;
    }

    private Connection asSuperuser() throws SQLException {
        String[] login = superuser.getUserInfo().split(":", 2);
        return DriverManager.getConnection(url(), login[0], login[1]);
    }

    @Override
    public void close() throws SQLException {
        Rows.by(superuser).change("drop database " + name + " with (force)");
    }
}
