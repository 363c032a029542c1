package io.narthex.index.upload;

import io.narthex.access.PushRight;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.index.StoredNar;
import io.narthex.index.local.LocalSignatures;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/** Adds signatures and files to paths that are published. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class Publications {
    private static final String KEEP_FILE = """
        insert into further_file (path_id, cache_id, file_name, blob_id, until)
        select :path, :cache, :file, b.id, now() + interval '30 days' from blob b
        where b.id = :blob and cache_has_file(:cache, :file, b.id)
        for key share
        on conflict (path_id, file_name) do update set until = excluded.until
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

    /**
     * Lets nothing of what allowed a push change until the end of the transaction.
     *
     * @throws io.narthex.access.RightChangedException where something has changed already
     */
    public void hold(PushRight right) {
        entities.unwrap(Session.class).doWork(right::hold);
    }

    /** The path of that hash, if it was pushed into the cache. */
    public Optional<Published> find(Cache cache, StorePathHash hash) {
        return entities.createQuery(
                        "select u from UploadEntity u join fetch u.blob where u.cacheId = :cache and u.hash = :hash",
                        UploadEntity.class)
                .setParameter("cache", cache.id())
                .setParameter("hash", hash.toBytes())
                .getResultStream()
                .findFirst()
                .map(entity -> new Published(entity.id(), entity.facts(cache.storeDir())));
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

    /**
     * Keeps a file that a path was pushed with beside its own, as long as a client remembers the narinfo that it sent.
     *
     * @return false where the cache has it no more
     */
    public boolean keepFile(Cache cache, Published path, StoredNar file) {
        return entities.createNativeQuery(KEEP_FILE)
                        .setParameter("path", path.id())
                        .setParameter("cache", cache.id())
                        .setParameter("file", file.fileName())
                        .setParameter("blob", file.id())
                        .executeUpdate()
                > 0;
    }

    /** Adds the content address that a path was pushed without, and that was checked since. */
    public void address(Cache cache, Published path, String address) {
        int added = entities.createNativeQuery(
                        "update uploaded_path set content_address = :address, version = version + 1"
                                + " where id = :path and content_address is null")
                .setParameter("address", address)
                .setParameter("path", path.id())
                .executeUpdate();
        if (added > 0) {
            changes.record(ChangeKind.PATH, cache.id(), path.facts().storePath().hash());
            audit.record(event(AuditAction.PATH_SIGNED, cache, path.facts()).detail("contentAddress", address));
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
    static List<String> names(Collection<Signature> signatures) {
        return signatures.stream().map(Signature::keyName).sorted().distinct().toList();
    }
}
