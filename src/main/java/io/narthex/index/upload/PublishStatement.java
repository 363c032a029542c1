package io.narthex.index.upload;

import io.narthex.access.PushRight;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Calls the function of the database that publishes a path. */
final class PublishStatement {
    static final String SQL = """
        select outcome, missing, event, tenant_name, cache_name, used_blob
        from publish_upload(node => ?, cache => ?, hash => ?, name => ?, blob => ?, file_name => ?, nar_hash => ?,
                            nar_size => ?, refs => ?, wanted => ?, deriver => ?, content_address => ?,
                            foreign_sigs => ?, published_by => ?, key_ids => ?, signatures => ?, tenant => ?,
                            token_id => ?, token_note => ?, actor => ?, address => cast(? as inet), request_id => ?,
                            base_name => ?, detail => cast(? as jsonb), storage_key => ?, compression => ?,
                            file_hash => ?, file_size => ?, content_hash => ?, listing => ?, cache_version => ?,
                            trusted => ?, reference_hashes => ?)
        """;

    /** Where the event's values begin. */
    static final int EVENT = 18;

    private PublishStatement() {}

    /** Sets all but our signatures and the event. */
    static void set(
            PreparedStatement s,
            UUID node,
            PushRight right,
            NarInfo facts,
            FileOfPath file,
            Collection<StorePath> wanted)
            throws SQLException {
        Connection connection = s.getConnection();
        s.setObject(1, node);
        s.setInt(2, right.cache().id());
        s.setBytes(3, facts.storePath().hash().toBytes());
        s.setString(4, facts.storePath().name());
        s.setString(6, file.nar().fileName());
        s.setBytes(7, facts.narHash().bytes());
        s.setLong(8, facts.narSize());
        s.setArray(9, texts(connection, facts.references().stream().map(StorePath::baseName)));
        s.setArray(10, hashes(connection, wanted));
        s.setString(11, facts.deriver().map(StorePath::baseName).orElse(null));
        s.setString(12, facts.contentAddress().orElse(null));
        s.setArray(13, texts(connection, facts.signatures().stream().map(Signature::toString)));
        s.setObject(14, right.token(), Types.BIGINT);
        s.setInt(17, right.cache().tenantId());
        s.setLong(31, right.cache().version());
        s.setArray(32, right.trusted(connection));
        s.setArray(33, hashes(connection, facts.references()));
        setFile(s, file);
    }

    private static void setFile(PreparedStatement s, FileOfPath file) throws SQLException {
        switch (file) {
            case FileOfPath.Received received -> {
                s.setLong(5, received.nar().id());
                s.setNull(25, Types.VARCHAR);
                s.setNull(26, Types.VARCHAR);
                s.setNull(27, Types.BINARY);
                s.setNull(28, Types.BIGINT);
                s.setNull(29, Types.BINARY);
                s.setNull(30, Types.BINARY);
            }
            case FileOfPath.Arriving arriving -> {
                ReceivedFiles.Facts facts = arriving.facts();
                s.setNull(5, Types.BIGINT);
                s.setString(25, facts.storageKey());
                s.setString(26, facts.compression());
                s.setBytes(27, facts.fileHash().bytes());
                s.setLong(28, facts.fileSize());
                s.setBytes(29, facts.contentsHash().map(NixHash::bytes).orElse(null));
                s.setBytes(30, facts.listing());
            }
        }
    }

    /** Sets our signatures. */
    static void sign(PreparedStatement s, List<KeyRing.Member> keys, byte[] fingerprint) throws SQLException {
        Connection connection = s.getConnection();
        s.setArray(
                15,
                connection.createArrayOf(
                        "bigint", keys.stream().map(KeyRing.Member::id).toArray()));
        s.setArray(
                16,
                connection.createArrayOf(
                        "bytea",
                        keys.stream().map(key -> key.sign(fingerprint).bytes()).toArray(byte[][]::new)));
    }

    private static java.sql.Array hashes(Connection connection, Collection<StorePath> paths) throws SQLException {
        return connection.createArrayOf(
                "bytea", paths.stream().map(p -> p.hash().toBytes()).toArray(byte[][]::new));
    }

    private static java.sql.Array texts(Connection connection, Stream<String> all) throws SQLException {
        return connection.createArrayOf("text", all.toArray());
    }
}
