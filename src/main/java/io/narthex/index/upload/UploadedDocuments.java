package io.narthex.index.upload;

import io.narthex.access.PushRight;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.hibernate.Session;

/**
 * Keeps build logs, realisations and debug information that were pushed into each cache, compressed. A call that keeps
 * one throws {@link io.narthex.access.RightChangedException} where what allowed it is not as it was.
 */
@ApplicationScoped
@Retried
@Transactional
public class UploadedDocuments {

    private static final String FIND = """
        select content, length, published_at from uploaded_document where cache_id = ? and kind = ? and name = ?
        """;
    private static final String FACTS = """
        select length, published_at, sha256(content) from uploaded_document
        where cache_id = ? and kind = ? and name = ?
        """;
    private static final String SLICE = """
        select substring(content from ? for ?) from uploaded_document
        where cache_id = ? and kind = ? and name = ? and published_at = ?
        """;
    /** The parameter of the statements below that is the content, compressed. */
    private static final int CONTENT = 4;

    private static final String ADD = """
        insert into uploaded_document (cache_id, kind, name, content, length, published_by)
        values (?, ?, ?, ?, ?, ?) on conflict (cache_id, kind, name)
        """;
    private static final String REPLACE = ADD + """
        do update set content = excluded.content, length = excluded.length, published_at = now(),
                      published_by = excluded.published_by
        returning (xmax = 0)
        """;
    private static final String KEEP = ADD + "do nothing returning true";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private AuditLog audit;

    /** The document, if the cache has it. */
    public Optional<Document> find(int cacheId, DocumentKind kind, String name) {
        return read(FIND, cacheId, kind, name);
    }

    private Optional<Document> read(String sql, int cacheId, DocumentKind kind, String name) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setInt(1, cacheId);
                s.setString(2, kind.text());
                s.setString(3, name);
                try (ResultSet r = s.executeQuery()) {
                    return r.next()
                            ? Optional.of(new Document(
                                    new Document.Coded(r.getBytes(1), r.getLong(2)),
                                    r.getTimestamp(3).toInstant()))
                            : Optional.empty();
                }
            }
        });
    }

    /** What is known of a document, if the cache has it; its bytes are for {@link #slice}. */
    public Optional<DocumentFacts> facts(int cacheId, DocumentKind kind, String name) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(FACTS)) {
                s.setInt(1, cacheId);
                s.setString(2, kind.text());
                s.setString(3, name);
                try (ResultSet r = s.executeQuery()) {
                    return r.next()
                            ? Optional.of(new DocumentFacts(
                                    new DocumentFacts.Name(cacheId, kind, name),
                                    r.getLong(1),
                                    r.getObject(2, OffsetDateTime.class).toInstant(),
                                    r.getBytes(3)))
                            : Optional.empty();
                }
            }
        });
    }

    /** Some of its bytes as they are kept, empty at their end; absent where it is gone or another has taken its place. */
    public Optional<byte[]> slice(DocumentFacts of, long from, int most) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(SLICE)) {
                s.setInt(1, Math.toIntExact(from + 1));
                s.setInt(2, most);
                s.setInt(3, of.name().cacheId());
                s.setString(4, of.name().kind().text());
                s.setString(5, of.name().name());
                s.setObject(6, of.publishedAt().atOffset(ZoneOffset.UTC));
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(r.getBytes(1)) : Optional.empty();
                }
            }
        });
    }

    /** Keeps a document in place of the one that may be there; true where there was none. */
    public boolean put(PushRight right, DocumentKind kind, String name, SpooledDocument content) {
        return write(REPLACE, right, kind, name, content.length(), statement -> {
            try {
                // the driver sends it from there: it is never in memory as a whole
                statement.setBinaryStream(CONTENT, content.read(), content.size());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private boolean put(PushRight right, DocumentKind kind, String name, Document.Coded content) {
        return write(REPLACE, right, kind, name, content);
    }

    /** Keeps a document only where there is none; true where it was kept. */
    public boolean putIfAbsent(PushRight right, DocumentKind kind, String name, byte[] content) {
        return write(KEEP, right, kind, name, Document.Coded.of(content));
    }

    /**
     * Keeps a document, or lets what is there be changed; nobody else changes it meanwhile.
     *
     * @param change gets what is there, and gives what is to be there instead
     * @return whether there was none
     */
    public boolean merge(
            PushRight right, DocumentKind kind, String name, byte[] content, UnaryOperator<byte[]> change) {
        if (putIfAbsent(right, kind, name, content)) {
            return true;
        }
        // a row that somebody is inserting was waited for above
        Document known = read(FIND + "for update", right.cache().id(), kind, name)
                .orElseThrow(() -> new IllegalStateException("a document went while it was merged"));
        byte[] changed = change.apply(known.content());
        if (!Arrays.equals(changed, known.content())) {
            put(right, kind, name, Document.Coded.of(changed));
        }
        return false;
    }

    private boolean write(String sql, PushRight right, DocumentKind kind, String name, Document.Coded content) {
        return write(
                sql, right, kind, name, content.length(), statement -> statement.setBytes(CONTENT, content.zstd()));
    }

    /** Sets the parameter {@link #CONTENT}. */
    private interface Content {
        void setIn(PreparedStatement statement) throws SQLException;
    }

    private boolean write(String sql, PushRight right, DocumentKind kind, String name, long length, Content content) {
        Optional<Boolean> added = entities.unwrap(Session.class).doReturningWork(connection -> {
            right.hold(connection);
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setInt(1, right.cache().id());
                s.setString(2, kind.text());
                s.setString(3, name);
                content.setIn(s);
                s.setLong(5, length);
                s.setObject(6, right.token(), Types.BIGINT);
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(r.getBoolean(1)) : Optional.empty();
                }
            }
        });
        added.ifPresent(isNew -> audit.record(AuditEvent.of(AuditAction.DOCUMENT_PUBLISHED)
                .cache(right.cache().tenantId(), right.cache().id())
                .detail("kind", kind.text())
                .detail("name", name)
                .detail("length", length)
                .detail("replaced", !isNew)));
        return added.orElse(false);
    }
}
