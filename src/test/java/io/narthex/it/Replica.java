package io.narthex.it;

import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.FreePort;
import io.narthex.serve.TreeCopy;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;

/** Two real PostgreSQL: a primary, and a standby that has whatever the primary has confirmed. */
public final class Replica implements Closeable {
    private static final String NAME = "replica";

    private final EmbeddedDb primary;
    private final EmbeddedDb standby;

    private Replica(EmbeddedDb primary, EmbeddedDb standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /**
     * Starts both, and returns when the one follows the other.
     *
     * @param directory of the primary, as {@link OwnServer} has it
     * @param copy of the standby
     */
    public static Replica start(Path directory, Path copy) throws Exception {
        TestDatabase.in(directory).close();
        TreeCopy.all(directory, copy);
        EmbeddedDb primary = TestDatabase.again(directory, FreePort.find());
        URI login = URI.create(primary.superuserUri());
        String password = login.getUserInfo().split(":", 2)[1];
        Files.createFile(copy.resolve("data/standby.signal"));
        Files.writeString(
                copy.resolve("data/postgresql.auto.conf"),
                """
                primary_conninfo = 'host=127.0.0.1 port=%d user=postgres password=%s application_name=%s'
                wal_retrieve_retry_interval = 200ms
                """.formatted(primary.port(), password, NAME),
                StandardOpenOption.APPEND);
        Replica replica = new Replica(primary, TestDatabase.standby(copy));
        Rows rows = Rows.by(login);
        rows.change("alter system set synchronous_standby_names = '" + NAME + "'");
        rows.change("alter database narthex set synchronous_commit = on");
        rows.texts("select pg_reload_conf()");
        Await.until(
                "the standby has what the primary confirms",
                () -> rows.texts("select sync_state from pg_stat_replication").contains("sync"));
        return replica;
    }

    public EmbeddedDb primary() {
        return primary;
    }

    /** For the driver, which finds out which of the two may be written to, as src/docs/cluster.md has it. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
                + "/narthex?targetServerType=primary&hostRecheckSeconds=1";
    }

    /** The standby is a primary from now on; the other must be gone. */
    EmbeddedDb promote() throws SQLException {
        Rows.by(URI.create(standby.superuserUri())).texts("select pg_promote()");
        return standby;
    }

    /** The standby; the primary is closed with the server that it was given to. */
    @Override
    public void close() throws IOException {
        standby.close();
    }
}
