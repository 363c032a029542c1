package io.narthex.index.upload;

import io.narthex.index.StoredNar;
import io.narthex.nix.hash.NixHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads and writes which NAR files each cache has received: those that wait for their narinfo, and those of published
 * paths. Each call is one statement, in the caller's transaction where there is one. It is called for every file that
 * is pushed, so it works without Hibernate.
 */
@ApplicationScoped
public class ReceivedFiles {
    /** No client waits for it, so that it may wait for the log of the database: who received the file tries until it is kept. */
    private static final String STAGE = """
        with kept as (
            insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, content_hash, listing)
            values (?, ?, ?, ?, ?, ?, ?, ?) returning id)
        insert into staged_nar (cache_id, file_name, blob_id) select ?, ?, id from kept
        on conflict (cache_id, file_name) do update set received_at = now(), blob_id = excluded.blob_id
            where ? or exists (select from blob b where b.id = staged_nar.blob_id and b.quarantined_at is not null)
        returning blob_id
        """;

    private static final String FIND = """
        select b.id, b.storage_key, b.compression, b.file_hash, b.file_size, b.nar_hash, b.nar_size, b.content_hash
        from blob b
        where b.quarantined_at is null
          and b.id = (select s.blob_id from staged_nar s where s.cache_id = ? and s.file_name = ?
                      union all
                      (select p.blob_id from uploaded_path p where p.cache_id = ? and p.file_name = ? limit 1)
                      union all
                      (select f.blob_id from further_file f where f.cache_id = ? and f.file_name = ? limit 1)
                      limit 1)
        """;
    /** As often as a use is noted where a full cache evicts. */
    private static final String RENEW = """
        update staged_nar set received_at = now()
        where cache_id = ? and file_name = ? and received_at < now() - interval '5 minutes'
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** What is to be kept of a file that was received and is durable. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one insert, never compared
    public record Facts(
            String storageKey,
            String compression,
            NixHash fileHash,
            long fileSize,
            NixHash narHash,
            long narSize,
            Optional<NixHash> contentsHash,
            byte[] listing) {
        ReceivedFile as(long id, String fileName) {
            return new ReceivedFile(
                    new StoredNar(id, storageKey, fileName, compression, fileHash, fileSize, narHash, narSize),
                    contentsHash);
        }
    }

    /** Keeps a file for the narinfos that may claim it within a day; empty where the cache had one of that name. */
    public Optional<ReceivedFile> stage(int cacheId, String fileName, Facts facts) {
        return work(connection -> stage(connection, cacheId, fileName, facts));
    }

    private static Optional<ReceivedFile> stage(Connection connection, int cacheId, String fileName, Facts facts)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(STAGE)) {
            s.setString(1, facts.storageKey());
            s.setString(2, facts.compression());
            s.setBytes(3, facts.fileHash().bytes());
            s.setLong(4, facts.fileSize());
            s.setBytes(5, facts.narHash().bytes());
            s.setLong(6, facts.narSize());
            s.setBytes(7, facts.contentsHash().map(NixHash::bytes).orElse(null));
            s.setBytes(8, facts.listing());
            s.setInt(9, cacheId);
            s.setString(10, fileName);
            // a name by the hash of the NAR stands for whichever file came last
            s.setBoolean(11, !fileName.startsWith(facts.fileHash().nix32()));
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(facts.as(r.getLong(1), fileName)) : Optional.empty();
            }
        }
    }

    /** The file of that name, if the cache has received it. */
    public Optional<ReceivedFile> find(int cacheId, String fileName) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(FIND)) {
                s.setInt(1, cacheId);
                s.setString(2, fileName);
                s.setInt(3, cacheId);
                s.setString(4, fileName);
                s.setInt(5, cacheId);
                s.setString(6, fileName);
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(read(r, fileName)) : Optional.empty();
                }
            }
        });
    }

    private static ReceivedFile read(ResultSet r, String fileName) throws SQLException {
        byte[] contents = r.getBytes(8);
        return new ReceivedFile(
                new StoredNar(
                        r.getLong(1),
                        r.getString(2),
                        fileName,
                        r.getString(3),
                        NixHash.ofSha256(r.getBytes(4)),
                        r.getLong(5),
                        NixHash.ofSha256(r.getBytes(6)),
                        r.getLong(7)),
                Optional.ofNullable(contents).map(NixHash::ofSha256));
    }

    /** Gives a file that waits to be claimed another day; more often than hourly is for nothing. */
    public void renew(int cacheId, String fileName) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(RENEW)) {
                s.setInt(1, cacheId);
                s.setString(2, fileName);
                return s.executeUpdate();
            }
        });
    }

    private <T> T work(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("the files that were received cannot be asked for", e);
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
