package io.narthex.index;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.audit.PreparedEvent;
import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeKind;
import io.narthex.change.DatabaseAwayException;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Publishes paths that the cache does not have yet. One call of the database is the whole transaction: the path, our
 * signatures, what tells the nodes, and the event; a client that pushes a closure waits for one after the other.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.NEVER)
public class NewPaths {
    private static final String PUBLISH = """
        select outcome, missing, event, tenant_name, cache_name, used_blob
        from publish_upload(node => ?, cache => ?, hash => ?, name => ?, blob => ?, file_name => ?, nar_hash => ?,
                            nar_size => ?, refs => ?, wanted => ?, deriver => ?, content_address => ?,
                            foreign_sigs => ?, published_by => ?, key_ids => ?, signatures => ?, tenant => ?,
                            token_id => ?, token_note => ?, actor => ?, address => cast(? as inet), request_id => ?,
                            base_name => ?, detail => cast(? as jsonb), storage_key => ?, compression => ?,
                            file_hash => ?, file_size => ?, content_hash => ?, listing => ?)
        """;
    /** As the function raises it. */
    private static final String NODE_GONE = "NX001";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

    @Inject
    private AuditLog audit;

    /** What came of it. */
    public sealed interface Outcome {
        /** The path is published, durably, and this node's memory knows. */
        record Added(ReceivedFile file) implements Outcome {}

        /** The cache has a path of that hash; nothing was done. */
        record Present() implements Outcome {}

        /** The cache lacks these of the wanted paths; nothing was done. */
        record Missing(List<StorePath> paths) implements Outcome {}

        /** The cache has not received this file, or no more; nothing was done. */
        record Unclaimed() implements Outcome {}
    }

    /**
     * Adds a path with our signatures, which say that its bytes were hashed here.
     *
     * @param facts with the signatures of others that are kept
     * @param file that the cache has received
     * @param wanted paths that must be in the cache
     * @param by the token that brought it; null: the administrator's
     * @throws DatabaseAwayException when the other nodes cannot know of this one
     */
    public Outcome publish(
            Cache cache, NarInfo facts, ReceivedFile file, Collection<StorePath> wanted, @Nullable Long by) {
        return publish(cache, facts, new Source.Received(file), wanted, by);
    }

    /**
     * The same with a file that has no row yet, which it gets in the same transaction. That is worked out while the file
     * is being made durable, and committed after. Nothing is kept where the path is not added.
     *
     * @param durable done once a power cut leaves the bytes; a connection is held until then
     * @return {@link Outcome.Unclaimed} also where the file cannot be made durable
     */
    public Outcome publish(
            Cache cache,
            NarInfo facts,
            String fileName,
            ReceivedFiles.Facts file,
            Future<Void> durable,
            Collection<StorePath> wanted,
            @Nullable Long by) {
        Source source = new Source.Arriving(fileName, file);
        if (durable.isDone()) {
            return Durability.await(durable) ? publish(cache, facts, source, wanted, by) : new Outcome.Unclaimed();
        }
        UUID node = feed.awaitSeen();
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                Call call = call(connection, node, cache, facts, source, wanted, by);
                if (!(call.outcome() instanceof Outcome.Added)) {
                    return call.outcome();
                }
                if (!Durability.await(durable)) {
                    return new Outcome.Unclaimed();
                }
                connection.commit();
                committed = true;
                committed(cache, facts, call);
                return call.outcome();
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private Outcome publish(
            Cache cache, NarInfo facts, Source source, Collection<StorePath> wanted, @Nullable Long by) {
        UUID node = feed.awaitSeen();
        try (Connection connection = dataSource.getConnection()) {
            Call call = call(connection, node, cache, facts, source, wanted, by);
            if (call.outcome() instanceof Outcome.Added) {
                committed(cache, facts, call);
            }
            return call.outcome();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The file of the path. */
    private sealed interface Source {
        /** Where it lies; without the number of a row where it has none yet. */
        StoredNar nar();

        record Received(ReceivedFile file) implements Source {
            @Override
            public StoredNar nar() {
                return file.nar();
            }
        }

        record Arriving(String fileName, ReceivedFiles.Facts facts) implements Source {
            @Override
            public StoredNar nar() {
                return facts.as(0, fileName).nar();
            }
        }
    }

    private static RuntimeException failed(SQLException e) {
        return NODE_GONE.equals(e.getSQLState())
                ? new DatabaseAwayException()
                : new IllegalStateException("a path cannot be published", e);
    }

    /** What the function answered, and the event with its number and names. */
    private record Call(
            Outcome outcome,
            PreparedEvent event,
            long id,
            @Nullable String tenant,
            @Nullable String cache) {}

    private Call call(
            Connection connection,
            UUID node,
            Cache cache,
            NarInfo facts,
            Source source,
            Collection<StorePath> wanted,
            @Nullable Long by)
            throws SQLException {
        StoredNar nar = source.nar();
        PreparedEvent event = audit.prepare(event(cache, facts, nar));
        try (PreparedStatement s = connection.prepareStatement(PUBLISH)) {
            s.setObject(1, node);
            set(connection, s, cache, facts, nar, wanted, by);
            setFile(s, source);
            sign(connection, s, ring.of(cache).members(), Fingerprint.of(facts));
            s.setInt(17, cache.tenantId());
            event.set(s, 18);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                Outcome outcome = switch (r.getString(1)) {
                    case "added" -> new Outcome.Added(used(source, r.getLong(6)));
                    case "present" -> new Outcome.Present();
                    case "missing" ->
                        new Outcome.Missing(
                                named(wanted, (byte[][]) r.getArray(2).getArray()));
                    default -> new Outcome.Unclaimed();
                };
                return new Call(outcome, event, r.getLong(3), r.getString(4), r.getString(5));
            }
        }
    }

    /** This node's memory and its log are told. */
    private void committed(Cache cache, NarInfo facts, Call call) {
        feed.committed(List.of(
                new Change(ChangeKind.PATH, cache.id(), facts.storePath().hash())));
        call.event().committed(call.id(), call.tenant(), call.cache());
    }

    private static void set(
            Connection connection,
            PreparedStatement s,
            Cache cache,
            NarInfo facts,
            StoredNar nar,
            Collection<StorePath> wanted,
            @Nullable Long by)
            throws SQLException {
        s.setInt(2, cache.id());
        s.setBytes(3, facts.storePath().hash().toBytes());
        s.setString(4, facts.storePath().name());
        s.setString(6, nar.fileName());
        s.setBytes(7, facts.narHash().bytes());
        s.setLong(8, facts.narSize());
        s.setArray(9, texts(connection, facts.references().stream().map(StorePath::baseName)));
        s.setArray(
                10,
                connection.createArrayOf(
                        "bytea", wanted.stream().map(p -> p.hash().toBytes()).toArray(byte[][]::new)));
        s.setString(11, facts.deriver().map(StorePath::baseName).orElse(null));
        s.setString(12, facts.contentAddress().orElse(null));
        s.setArray(13, texts(connection, facts.signatures().stream().map(Signature::toString)));
        s.setObject(14, by, Types.BIGINT);
    }

    private static void setFile(PreparedStatement s, Source source) throws SQLException {
        switch (source) {
            case Source.Received received -> {
                s.setLong(5, received.nar().id());
                s.setNull(25, Types.VARCHAR);
                s.setNull(26, Types.VARCHAR);
                s.setNull(27, Types.BINARY);
                s.setNull(28, Types.BIGINT);
                s.setNull(29, Types.BINARY);
                s.setNull(30, Types.BINARY);
            }
            case Source.Arriving arriving -> {
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

    private static ReceivedFile used(Source source, long blob) {
        return switch (source) {
            case Source.Received received -> received.file();
            case Source.Arriving arriving -> arriving.facts().as(blob, arriving.fileName());
        };
    }

    private static void sign(Connection connection, PreparedStatement s, List<KeyRing.Member> keys, byte[] fingerprint)
            throws SQLException {
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

    private static java.sql.Array texts(Connection connection, Stream<String> all) throws SQLException {
        return connection.createArrayOf("text", all.toArray());
    }

    private static List<StorePath> named(Collection<StorePath> wanted, byte[][] hashes) {
        Set<StorePathHash> missing = Stream.of(hashes).map(StorePathHash::of).collect(Collectors.toSet());
        return wanted.stream().filter(path -> missing.contains(path.hash())).toList();
    }

    private static AuditEvent event(Cache cache, NarInfo facts, StoredNar nar) {
        return AuditEvent.of(AuditAction.PATH_PUBLISHED)
                .cache(cache.tenantId(), cache.id())
                .path(facts.storePath())
                .detail("narHash", facts.narHash().toString())
                .detail("narSize", facts.narSize())
                .detail("fileHash", nar.fileHash().toString())
                .detail("fileSize", nar.fileSize())
                .detail("compression", nar.compression())
                .detail("foreignSignatures", Publications.names(facts.signatures()));
    }
}
