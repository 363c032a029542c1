package io.narthex.index;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Publishes paths that were pushed. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Publications {
    private static final String PRESENT = """
        select p.hash from unnest(?::bytea[]) as wanted(hash)
        join uploaded_path p on p.cache_id = ? and p.hash = wanted.hash
        """;

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private UploadWriter writer;

    @Inject
    private LocalSignatures local;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /**
     * A path that the cache has.
     *
     * @param id its row
     * @param facts with the signatures of others alone
     */
    public record Published(long id, NarInfo facts) {}

    /** The path of that hash, if it was pushed into the cache. */
    public Optional<Published> find(Cache cache, StorePathHash hash) {
        return entities.createQuery(
                        "select u from UploadEntry u join fetch u.blob where u.cacheId = :cache and u.hash = :hash",
                        UploadEntry.class)
                .setParameter("cache", cache.id())
                .setParameter("hash", hash.toBytes())
                .getResultStream()
                .findFirst()
                .map(entry -> new Published(entry.id(), entry.facts(cache.storeDir())));
    }

    /** Those of some paths that were not pushed into the cache. */
    public List<StorePath> missing(Cache cache, Collection<StorePath> wanted) {
        if (wanted.isEmpty()) {
            return List.of();
        }
        Set<StorePathHash> present = entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(PRESENT)) {
                byte[][] hashes = wanted.stream().map(p -> p.hash().toBytes()).toArray(byte[][]::new);
                s.setArray(1, connection.createArrayOf("bytea", hashes));
                s.setInt(2, cache.id());
                Set<StorePathHash> found = new HashSet<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        found.add(StorePathHash.of(r.getBytes(1)));
                    }
                }
                return found;
            }
        });
        return wanted.stream().filter(p -> !present.contains(p.hash())).toList();
    }

    /**
     * Adds a path with our signatures, which say that its bytes were hashed here.
     *
     * @param facts with the signatures of others that are kept
     * @param by the token that brought it; null: the administrator's
     * @return false where the cache has a path of that hash already
     */
    public boolean publish(Cache cache, NarInfo facts, StoredNar nar, @Nullable Long by) {
        boolean added = writer.publish(cache, facts, nar, by).isPresent();
        if (added) {
            changes.record(ChangeKind.PATH, cache.id(), facts.storePath().hash());
            audit.record(event(AuditAction.PATH_PUBLISHED, cache, facts)
                    .detail("narHash", facts.narHash().toString())
                    .detail("narSize", facts.narSize())
                    .detail("fileHash", nar.fileHash().toString())
                    .detail("fileSize", nar.fileSize())
                    .detail("compression", nar.compression())
                    .detail("foreignSignatures", names(facts.signatures())));
        }
        return added;
    }

    /**
     * Adds signatures of others to a path that the cache shows from the machine's store.
     *
     * @param facts as that store has them
     */
    public void signLocal(Cache cache, NarInfo facts, Collection<Signature> signatures) {
        StorePathHash hash = facts.storePath().hash();
        if (local.add(cache.id(), hash, Fingerprint.of(facts), signatures)) {
            changes.record(ChangeKind.PATH, cache.id(), hash);
            audit.record(event(AuditAction.PATH_SIGNED, cache, facts).detail("foreignSignatures", names(signatures)));
        }
    }

    /** Adds signatures of others to a path. */
    public void sign(Cache cache, Published path, Collection<Signature> signatures) {
        if (writer.merge(path.id(), signatures)) {
            changes.record(ChangeKind.PATH, cache.id(), path.facts().storePath().hash());
            audit.record(
                    event(AuditAction.PATH_SIGNED, cache, path.facts()).detail("foreignSignatures", names(signatures)));
        }
    }

    private static AuditEvent event(AuditAction action, Cache cache, NarInfo facts) {
        return AuditEvent.of(action).cache(cache.tenantId(), cache.id()).path(facts.storePath());
    }

    /** Of the keys that signed, as the signatures say. */
    private static List<String> names(Collection<Signature> signatures) {
        return signatures.stream().map(Signature::keyName).sorted().distinct().toList();
    }
}
