package io.narthex.index.upload;

import io.narthex.access.PushRight;
import io.narthex.access.RightChangedException;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.audit.PreparedEvent;
import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeKind;
import io.narthex.change.DatabaseAwayException;
import io.narthex.index.StoredNar;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * signatures, what tells the nodes, and the event. A client that pushes a closure waits for one after the other.
 */
@ApplicationScoped
@Retried
@Transactional(Transactional.TxType.NEVER)
public class NewPaths {
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

        /**
         * A rule denies the path; nothing was done.
         *
         * @param rule its name and reason
         */
        record Denied(String rule) implements Outcome {}

        /** The cache lacks these of the wanted paths; nothing was done. */
        record Missing(List<StorePath> paths) implements Outcome {}

        /** The cache has not received this file, or no more; nothing was done. */
        record Unclaimed() implements Outcome {}
    }

    /**
     * Adds a path with our signatures, which say that its bytes were hashed here.
     *
     * @param right as which it was judged
     * @param facts with the signatures of others that are kept
     * @param file that the cache has received
     * @param wanted paths that must be in the cache
     * @throws RightChangedException where that is no longer so; nothing was done
     * @throws DatabaseAwayException when the other nodes cannot know of this one
     */
    public Outcome publish(PushRight right, NarInfo facts, ReceivedFile file, Collection<StorePath> wanted) {
        return publish(right, facts, new FileOfPath.Received(file), wanted);
    }

    /**
     * The same with a file that has no row yet, which it gets in the same transaction. That is worked out while the file
     * is being made durable, and committed after. Nothing is kept where the path is not added.
     *
     * @param durable done once a power cut leaves the bytes; a connection is held until then
     * @return {@link Outcome.Unclaimed} also where the file cannot be made durable
     */
    public Outcome publish(
            PushRight right,
            NarInfo facts,
            String fileName,
            ReceivedFiles.Facts file,
            Future<Void> durable,
            Collection<StorePath> wanted) {
        FileOfPath source = new FileOfPath.Arriving(fileName, file);
        if (durable.isDone()) {
            return Durability.await(durable) ? publish(right, facts, source, wanted) : new Outcome.Unclaimed();
        }
        UUID node = feed.awaitSeen();
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                Call call = call(connection, node, right, facts, source, wanted);
                if (!(call.outcome() instanceof Outcome.Added)) {
                    return call.outcome();
                }
                if (!Durability.await(durable)) {
                    return new Outcome.Unclaimed();
                }
                connection.commit();
                committed = true;
                committed(right.cache(), facts, call);
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

    private Outcome publish(PushRight right, NarInfo facts, FileOfPath source, Collection<StorePath> wanted) {
        UUID node = feed.awaitSeen();
        try (Connection connection = dataSource.getConnection()) {
            Call call = call(connection, node, right, facts, source, wanted);
            if (call.outcome() instanceof Outcome.Added) {
                committed(right.cache(), facts, call);
            }
            return call.outcome();
        } catch (SQLException e) {
            throw failed(e);
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
            PushRight right,
            NarInfo facts,
            FileOfPath source,
            Collection<StorePath> wanted)
            throws SQLException {
        PreparedEvent event = audit.prepare(event(right.cache(), facts, source.nar()));
        try (PreparedStatement s = connection.prepareStatement(PublishStatement.SQL)) {
            PublishStatement.set(s, node, right, facts, source, wanted);
            PublishStatement.sign(s, ring.of(right.cache()).members(), Fingerprint.of(facts));
            event.set(s, PublishStatement.EVENT);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                String said = r.getString(1);
                Outcome outcome = switch (said) {
                    case "added" -> new Outcome.Added(source.used(r.getLong(6)));
                    case "present" -> new Outcome.Present();
                    case "changed" -> throw new RightChangedException();
                    case "missing" ->
                        new Outcome.Missing(
                                named(wanted, (byte[][]) r.getArray(2).getArray()));
                    case "unclaimed" -> new Outcome.Unclaimed();
                    default -> new Outcome.Denied(said.substring(said.indexOf(' ') + 1));
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
