package io.narthex.localstore;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePathHash;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * One read-only connection to the Nix database, with the queries that are asked over it. Not for two threads at once.
 */
final class NixReader implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NixReader.class.getName());
    /** All that is said of a path, in one text; references by row number, which Nix never uses again. */
    private static final String TEXT = """
        id || char(10) || path || char(10) || hash || char(10) || registrationTime || char(10)
        || ifnull(deriver, '') || char(10) || ifnull(narSize, '') || char(10) || ifnull(sigs, '') || char(10)
        || ifnull(ca, '') || char(10)
        || ifnull((select group_concat(reference) from Refs where referrer = ValidPaths.id), '')
        """;

    private static final String COLUMNS =
            "select id, path, hash, registrationTime, deriver, narSize, sigs, ca, " + TEXT + " from ValidPaths ";
    /** Nix itself looks a path up by its hash this way (Nix: src/libstore/local-store.cc). */
    private static final String BY_HASH = COLUMNS + "where path >= ? order by path limit 1";

    private static final String DIGEST =
            "select path, " + TEXT + " from ValidPaths where path >= ? order by path limit 1";
    private static final String DIGESTS = "select id, " + TEXT + " from ValidPaths where id > ? order by id limit ?";
    private static final String PAGE = COLUMNS + "where id > ? order by id limit ?";
    private static final String REFERENCES = "select r.referrer, v.path from Refs r join ValidPaths v"
            + " on v.id = r.reference where r.referrer between ? and ?";

    private final StoreDir storeDir;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private NixReader(StoreDir storeDir, Connection connection) {
        this.storeDir = storeDir;
        this.connection = connection;
    }

    /** How to open a database; none of the first two creates anything beside it. */
    enum Access {
        /** Log and index are used as the writer left them. */
        SHARED("readonly_shm=1"),
        /** There is no log: the one file is all, and no lock is taken. */
        IMMUTABLE("immutable=1"),
        /** Our own copy: SQLite makes the index. */
        COPY("cache=private");

        private final String parameter;

        Access(String parameter) {
            this.parameter = parameter;
        }
    }

    /** Opens the database for reading. */
    static NixReader open(Path database, StoreDir storeDir, Access access) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setOpenMode(SQLiteOpenMode.OPEN_URI);
        config.setBusyTimeout(5_000);
        String file = "jdbc:sqlite:file:" + database.toUri().getRawPath() + "?mode=ro&" + access.parameter;
        Connection connection = config.createConnection(file);
        try {
            connection.setAutoCommit(true);
            return new NixReader(storeDir, connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** SQLite's number for what this connection has seen of other connections' commits. */
    long dataVersion() throws SQLException {
        try (ResultSet r = prepared("pragma data_version").executeQuery()) {
            r.next();
            return r.getLong(1);
        }
    }

    Optional<ValidPath> find(StorePathHash hash) throws SQLException {
        connection.setAutoCommit(false); // both questions see one state
        try {
            PreparedStatement s = prepared(BY_HASH);
            s.setString(1, storeDir.path() + "/" + hash);
            List<NixRow> rows = rows(s);
            if (rows.isEmpty() || !rows.getFirst().path().startsWith(storeDir.path() + "/" + hash + "-")) {
                return Optional.empty();
            }
            return parsed(rows).stream().findFirst();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** The digests of those paths that are valid, in one state of the database. */
    Map<StorePathHash, RowDigest> digests(Collection<StorePathHash> hashes) throws SQLException {
        connection.setAutoCommit(false);
        try {
            PreparedStatement s = prepared(DIGEST);
            Map<StorePathHash, RowDigest> digests = new HashMap<>();
            for (StorePathHash hash : hashes) {
                String start = storeDir.path() + "/" + hash + "-";
                s.setString(1, start);
                try (ResultSet r = s.executeQuery()) {
                    if (r.next() && r.getString(1).startsWith(start)) {
                        digests.put(hash, RowDigest.over(r.getBytes(2)));
                    }
                }
            }
            return digests;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Row number and digest of the next rows after a row number. */
    SortedMap<Long, RowDigest> digests(long afterId, int limit) throws SQLException {
        PreparedStatement s = prepared(DIGESTS);
        s.setLong(1, afterId);
        s.setInt(2, limit);
        SortedMap<Long, RowDigest> digests = new TreeMap<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                digests.put(r.getLong(1), RowDigest.over(r.getBytes(2)));
            }
        }
        return digests;
    }

    /** The next rows after a row number, in the order of their numbers. */
    NixPage page(long afterId, int limit) throws SQLException {
        connection.setAutoCommit(false); // both questions see one state
        try {
            PreparedStatement s = prepared(PAGE);
            s.setLong(1, afterId);
            s.setInt(2, limit);
            List<NixRow> rows = rows(s);
            SortedMap<Long, RowDigest> digests = new TreeMap<>();
            rows.forEach(row -> digests.put(row.id(), row.digest()));
            return new NixPage(digests, parsed(rows));
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Row number and hash of every path after a row number. */
    void presence(long afterId, BiConsumer<Long, StorePathHash> each) throws SQLException {
        PreparedStatement s = prepared("select id, path from ValidPaths where id > ? order by id");
        s.setLong(1, afterId);
        int start = storeDir.path().length() + 1;
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                StorePathHash hash = StorePathHash.tryParse(r.getString(2), start);
                if (hash != null) {
                    each.accept(r.getLong(1), hash);
                }
            }
        }
    }

    long maxId() throws SQLException {
        try (ResultSet r =
                prepared("select coalesce(max(id), 0) from ValidPaths").executeQuery()) {
            r.next();
            return r.getLong(1);
        }
    }

    long count(long afterId) throws SQLException {
        PreparedStatement s = prepared("select count(*) from ValidPaths where id > ?");
        s.setLong(1, afterId);
        try (ResultSet r = s.executeQuery()) {
            r.next();
            return r.getLong(1);
        }
    }

    /** SQLite keeps it for columns that are {@code autoincrement}, as Nix's is. */
    long lastGivenId() throws SQLException {
        try (ResultSet r = prepared("select coalesce(max(seq), 0) from sqlite_sequence where name = 'ValidPaths'")
                .executeQuery()) {
            r.next();
            return r.getLong(1);
        }
    }

    boolean hasTable(String name) throws SQLException {
        PreparedStatement s = prepared("select 1 from sqlite_master where type = 'table' and name = ?");
        s.setString(1, name);
        try (ResultSet r = s.executeQuery()) {
            return r.next();
        }
    }

    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    private static List<NixRow> rows(PreparedStatement statement) throws SQLException {
        List<NixRow> rows = new ArrayList<>();
        try (ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                rows.add(NixRow.of(r));
            }
        }
        return rows;
    }

    private List<ValidPath> parsed(List<NixRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<Long, List<String>> references = new HashMap<>();
        PreparedStatement s = prepared(REFERENCES);
        s.setLong(1, rows.getFirst().id());
        s.setLong(2, rows.getLast().id());
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                references
                        .computeIfAbsent(r.getLong(1), id -> new ArrayList<>())
                        .add(r.getString(2));
            }
        }
        List<ValidPath> paths = new ArrayList<>(rows.size());
        for (NixRow row : rows) {
            try {
                paths.add(row.parse(storeDir, references.getOrDefault(row.id(), List.of())));
            } catch (NixFormatException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=path-unusable path={0} reason={1}",
                        row.path(),
                        e.getMessage());
            }
        }
        return paths;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
