package io.narthex.index.local;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and writes the index of this machine's store. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class IndexedPaths {
    private static final System.Logger LOG = System.getLogger(IndexedPaths.class.getName());
    /** Paths indexed at once when somebody asks for a NAR that the index does not have yet. */
    private static final int CATCH_UP = 1_000;

    @Inject
    private LocalStore store;

    @Inject
    private PathRows rows;

    @Inject
    private PathWriter writer;

    @Inject
    private KeyRing ring;

    @Inject
    private CacheDirectory caches;

    @Inject
    private LocalSignatures pushed;

    @Inject
    private AuditLog audit;

    private final Clock clock = Clock.systemUTC();
    private volatile int storeId;

    /** The number of this machine's store. */
    public int storeId() {
        if (storeId == 0) {
            storeId = rows.storeId(store.name());
        }
        return storeId;
    }

    /** The signed path for a row of Nix's, indexed and signed now where it was not; empty while it is in quarantine. */
    Optional<SignedPath> indexed(Cache cache, ValidPath path, LocalMemory memory) {
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty()) {
            return Optional.empty();
        }
        Optional<PathEntity> known =
                rows.find(storeId(), path.path().hash()).filter(e -> e.digest().equals(path.digest()));
        if (known.isEmpty()) {
            PathWriter.Written written = writer.write(storeId(), store.storeDir(), keys(), List.of(path))
                    .getFirst();
            Map<Long, byte[]> made = new HashMap<>();
            written.signatures().forEach((key, signature) -> made.put(key, signature.bytes()));
            // the rings that signed may be older or newer than the one at hand
            List<Signature> ours = writer.complete(store.storeDir(), keys, written.id(), path, made);
            return Optional.of(
                    SignedPath.local(store.storeDir(), written.id(), signed(cache, path), keys, ours, null, memory));
        }
        PathEntity entity = known.get();
        if (entity.isQuarantined()) {
            return Optional.empty();
        }
        List<Signature> ours = writer.complete(store.storeDir(), keys, entity.id(), path, rows.signatures(entity.id()));
        return Optional.of(SignedPath.local(
                store.storeDir(), entity.id(), signed(cache, path), keys, ours, entity.checkedAt(), memory));
    }

    /** With what was pushed into the cache for it. */
    private ValidPath signed(Cache cache, ValidPath path) {
        byte[] fingerprint =
                Fingerprint.of(store.storeDir(), path.path(), path.narHash(), path.narSize(), path.references());
        List<Signature> others = pushed.find(cache.id(), path.path().hash(), fingerprint);
        return others.isEmpty() ? path : path.and(others);
    }

    /** The keys of every cache that shows the store. */
    List<KeyRing.Member> keys() {
        return caches.now().all().stream()
                .filter(Cache::showsLocalStore)
                .flatMap(cache -> ring.find(cache).stream())
                .flatMap(keys -> keys.members().stream())
                .toList();
    }

    List<StorePathHash> findByNar(NixHash narHash) {
        return rows.findByNar(storeId(), narHash);
    }

    /** Indexes the newest registrations; false when the index had them all. */
    boolean catchUp() {
        List<ValidPath> page = store.database().page(rows.highestNixId(storeId()), CATCH_UP);
        writer.write(storeId(), store.storeDir(), keys(), page);
        return !page.isEmpty();
    }

    /** The rows that are in quarantine. */
    List<PathRows.Known> quarantined() {
        return rows.quarantined(storeId());
    }

    Instant checked(long id) {
        Instant now = clock.instant();
        rows.find(id).ifPresent(e -> {
            if (e.isQuarantined()) {
                audit.recordOwn(event(AuditAction.PATH_RELEASED, e));
            }
            e.checked(now);
        });
        return now;
    }

    void quarantine(long id, String reason) {
        rows.find(id).ifPresent(e -> {
            e.quarantine(clock.instant(), reason);
            audit.recordOwn(event(AuditAction.PATH_QUARANTINED, e).detail("reason", reason));
            LOG.log(
                    System.Logger.Level.ERROR,
                    "event=path-quarantined path={0}-{1} reason={2}",
                    StorePathHash.of(e.hash()),
                    e.name(),
                    reason);
        });
    }

    private AuditEvent event(AuditAction action, PathEntity entity) {
        return AuditEvent.of(action)
                .path(StorePath.parseBaseName(StorePathHash.of(entity.hash()) + "-" + entity.name()))
                .detail("store", store.name());
    }
}
