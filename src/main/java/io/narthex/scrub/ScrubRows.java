package io.narthex.scrub;

import io.narthex.nix.hash.NixHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Reads which files are to be looked at, and writes which were proved. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ScrubRows {
    private static final String COLUMNS =
            "select id, storage_key, file_hash, file_size, coalesce(proved_at, stored_at) from blob ";
    private static final String OLDEST = COLUMNS + """
        where quarantined_at is null and coalesce(proved_at, stored_at) < ?
          and (coalesce(proved_at, stored_at), id) > (?, ?)
        order by coalesce(proved_at, stored_at), id limit ?
        """;
    private static final String BEHIND = COLUMNS + "where quarantined_at is null and id > ? order by id limit ?";
    private static final String THERE = "select 1 from blob where id = ? for key share";
    private static final String PROVED = "update blob set proved_at = now() where id = any (?)";
    private static final String READABLE =
            "update scrub_finding set healed_at = now() where kind = 'unreadable' and healed_at is null and blob_id ="
                    + " any (?)";
    private static final String HALT = """
        insert into scrub_halt (node, reason) values (?, ?)
        on conflict (node) do update set at = now(), reason = excluded.reason
        """;
    /** An auditor asks about the last year. */
    private static final String FORGET = "delete from scrub_finding where healed_at < now() - interval '400 days'";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Files that were proved before a moment, oldest proof first, behind one of them. */
    List<StoredFile> oldest(ScrubRun run, int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(OLDEST)) {
                s.setObject(1, run.before().atOffset(ZoneOffset.UTC));
                s.setObject(2, run.lastProof().atOffset(ZoneOffset.UTC));
                s.setLong(3, run.lastId());
                s.setInt(4, most);
                return files(s);
            }
        });
    }

    /** Files in the order of their rows, behind one of them. */
    List<StoredFile> behind(long id, int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(BEHIND)) {
                s.setLong(1, id);
                s.setInt(2, most);
                return files(s);
            }
        });
    }

    private static List<StoredFile> files(PreparedStatement statement) throws SQLException {
        List<StoredFile> all = new ArrayList<>();
        try (ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                all.add(new StoredFile(
                        r.getLong(1),
                        r.getString(2),
                        NixHash.ofSha256(r.getBytes(3)),
                        r.getLong(4),
                        r.getObject(5, OffsetDateTime.class).toInstant()));
            }
        }
        return all;
    }

    /** Whether its row is still there, and stays until the transaction ends. */
    boolean isThere(StoredFile file) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(THERE)) {
                s.setLong(1, file.id());
                try (ResultSet r = s.executeQuery()) {
                    return r.next();
                }
            }
        });
    }

    /** These were read and had their hashes. */
    void proved(List<Long> ids) {
        work(connection -> {
            for (String sql : List.of(PROVED, READABLE)) {
                try (PreparedStatement s = connection.prepareStatement(sql)) {
                    s.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
                    s.executeUpdate();
                }
            }
            return true;
        });
    }

    /** When the transaction began, by the clock of the database: what it proves is not older than that. */
    Instant now() {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement("select now()");
                    ResultSet r = s.executeQuery()) {
                r.next();
                return r.getObject(1, OffsetDateTime.class).toInstant();
            }
        });
    }

    /** Why a node has stopped; empty where it has not. */
    Optional<String> halted(String node) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement("select reason from scrub_halt where node = ?")) {
                s.setString(1, node);
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
                }
            }
        });
    }

    void halt(String node, String reason) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(HALT)) {
                s.setString(1, node);
                s.setString(2, reason);
                return s.executeUpdate();
            }
        });
    }

    void resume(String node) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement("delete from scrub_halt where node = ?")) {
                s.setString(1, node);
                return s.executeUpdate();
            }
        });
    }

    /** Removes findings that were healed long ago, and notes which others are healed. */
    void tidy() {
        work(connection -> {
            try (PreparedStatement healed = connection.prepareStatement("select note_healed()");
                    PreparedStatement old = connection.prepareStatement(FORGET)) {
                healed.execute();
                return old.executeUpdate();
            }
        });
    }

    private <T> T work(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("stored files cannot be looked up", e);
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
