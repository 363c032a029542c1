package io.narthex.upstream;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.blob.BlobKey;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.index.UpstreamNar;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/** Writes down what became of files of upstreams. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class FetchedFiles {
    private static final String WAITING = """
        select p.id, p.cache_id, p.hash from upstream_path p join cache c on c.id = p.cache_id
        where p.upstream_id = ? and p.nar_hash = ? and p.file_name = ? and p.blob_id is null
          and (not ? or c.tenant_id = ?)
        order by p.id for update of p
        """;
    private static final String BLOB = """
        insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, content_hash, listing)
        values (?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    private static final String KEEP = "update upstream_path set blob_id = ?, last_used_at = now() where id = any(?)";
    private static final String RAISE = "update upstream_signature set claim = 'received' where path_id = any(?)";
    /** Caches that show those paths from there say what is said there, also through others. */
    private static final String RAISE_SHOWN = """
        with recursive shown as (
            select p.id, p.cache_id, p.hash from cache_source_path p
            join upstream_path u on u.cache_id = p.source_cache_id and u.hash = p.hash where u.id = any(?)
            union
            select p.id, p.cache_id, p.hash from cache_source_path p
            join shown s on s.cache_id = p.source_cache_id and s.hash = p.hash)
        update cache_source_signature set claim = 'received'
        where claim = 'upstream-signature' and path_id in (select id from shown)
        """;

    private static final String KEPT = """
        select b.storage_key from upstream_path p join blob b on b.id = p.blob_id
        where p.cache_id = ? and p.upstream_id = ? and p.nar_hash = ? and p.file_name = ? limit 1
        """;
    private static final String REFUSE =
            "delete from upstream_path where upstream_id = ? and file_name = ? and nar_hash = ? and blob_id is null"
                    + " returning cache_id, hash";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    private record Waiting(long id, int cacheId, StorePathHash hash) {}

    /**
     * A file that is here and whose hashes are right.
     *
     * @param tenant for whose caches alone, where the upstream has credentials
     */
    record Arrived(UpstreamNar nar, Upstream upstream, int tenant, ReceivedFiles.Facts facts) {}

    /**
     * From now on paths have these files, and our signatures of them say so.
     *
     * @return for each in turn, false where no path wants it any more; its bytes are nobody's then
     */
    List<Boolean> keep(List<Arrived> files) {
        return files.stream()
                .map(file -> keep(file.nar, file.upstream, file.tenant, file.facts))
                .toList();
    }

    private boolean keep(UpstreamNar nar, Upstream upstream, int tenant, ReceivedFiles.Facts facts) {
        List<Waiting> waiting = waiting(nar, upstream, tenant);
        if (waiting.isEmpty()) {
            return false;
        }
        work(connection -> {
            long blob;
            try (PreparedStatement s = connection.prepareStatement(BLOB)) {
                s.setString(1, facts.storageKey());
                s.setString(2, facts.compression());
                s.setBytes(3, facts.fileHash().bytes());
                s.setLong(4, facts.fileSize());
                s.setBytes(5, facts.narHash().bytes());
                s.setLong(6, facts.narSize());
                s.setBytes(7, facts.contentsHash().map(NixHash::bytes).orElse(null));
                s.setBytes(8, facts.listing());
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    blob = r.getLong(1);
                }
            }
            try (PreparedStatement s = connection.prepareStatement(KEEP)) {
                s.setLong(1, blob);
                s.setArray(2, connection.createArrayOf("bigint", ids(waiting)));
                s.executeUpdate();
            }
            return raise(connection, waiting);
        });
        tell(waiting);
        event(nar, upstream, tenant, facts.fileSize(), true);
        return true;
    }

    /** Where the file lies, if somebody fetched it since the path was found. */
    Optional<BlobKey> kept(UpstreamNar nar) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(KEPT)) {
                s.setInt(1, nar.cacheId());
                s.setInt(2, nar.upstreamId());
                s.setBytes(3, nar.narHash().bytes());
                s.setString(4, nar.fileName());
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(BlobKey.parse(r.getString(1))) : Optional.empty();
                }
            }
        });
    }

    /** The bytes passed and their hashes were right; they are not kept. */
    void passed(UpstreamNar nar, Upstream upstream, int tenant, long bytes) {
        List<Waiting> waiting = waiting(nar, upstream, tenant);
        work(connection -> raise(connection, waiting));
        event(nar, upstream, tenant, bytes, false);
    }

    private static int raise(java.sql.Connection connection, List<Waiting> waiting) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(RAISE);
                PreparedStatement shown = connection.prepareStatement(RAISE_SHOWN)) {
            shown.setArray(1, connection.createArrayOf("bigint", ids(waiting)));
            shown.executeUpdate();
            s.setArray(1, connection.createArrayOf("bigint", ids(waiting)));
            return s.executeUpdate();
        }
    }

    private void event(UpstreamNar nar, Upstream upstream, int tenant, long bytes, boolean kept) {
        audit.recordOwn(AuditEvent.of(AuditAction.UPSTREAM_FETCHED)
                .cache(tenant, nar.cacheId())
                .path(nar.path())
                .detail("upstream", upstream.name())
                .detail("bytes", bytes)
                .detail("kept", kept));
    }

    /** Its bytes are wrong: nothing that tells of them stays. */
    void refuse(UpstreamNar nar) {
        tell(work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(REFUSE)) {
                s.setInt(1, nar.upstreamId());
                s.setString(2, nar.fileName());
                s.setBytes(3, nar.narHash().bytes());
                List<Waiting> gone = new ArrayList<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        gone.add(new Waiting(0, r.getInt(1), StorePathHash.of(r.getBytes(2))));
                    }
                }
                return gone;
            }
        }));
    }

    private void tell(List<Waiting> paths) {
        paths.forEach(path -> changes.record(ChangeKind.PATH, path.cacheId(), path.hash()));
    }

    private List<Waiting> waiting(UpstreamNar nar, Upstream upstream, int tenant) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(WAITING)) {
                s.setInt(1, upstream.id());
                s.setBytes(2, nar.narHash().bytes());
                s.setString(3, nar.fileName());
                s.setBoolean(4, upstream.hasCredentials());
                s.setInt(5, tenant);
                List<Waiting> found = new ArrayList<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        found.add(new Waiting(r.getLong(1), r.getInt(2), StorePathHash.of(r.getBytes(3))));
                    }
                }
                return found;
            }
        });
    }

    private static Object[] ids(List<Waiting> waiting) {
        return waiting.stream().map(Waiting::id).toArray();
    }

    private <T> T work(org.hibernate.jdbc.ReturningWork<T> work) {
        return entities.unwrap(Session.class).doReturningWork(work);
    }
}
