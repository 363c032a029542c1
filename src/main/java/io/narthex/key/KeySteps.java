package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.audit.OwnWork;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the steps of keys' lives: activates, retires, revokes. Every call needs a transaction of the caller's that
 * holds the lock.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class KeySteps {
    /** Of deleted caches, in one transaction; a tenant may have had thousands. */
    private static final int AT_ONCE = 500;

    private static final String CACHE_DELETED = "the cache was deleted";

    private static final String REVOKED_BY_ANOTHER =
            "somebody else who has its secret uses it on this server, and has revoked it";

    @Inject
    private SigningKeys keys;

    @Inject
    private NewKeys made;

    @Inject
    private KeyRecord record;

    @Inject
    private CacheDirectory caches;

    /** Begins a rotation: a new key is shown from now on, and takes the place of others when its time comes. */
    SigningKeyEntity begin(Cache cache, Collection<SigningKeyEntity> replaced, Rotation rotation, Instant now) {
        SigningKeyEntity key = made.generate(cache, rotation, now);
        replaced.forEach(old -> old.replacedBy(key.id()));
        record.changed(
                AuditAction.KEY_ROTATION_STARTED,
                key,
                Map.of(
                        "replaces",
                                replaced.stream().map(SigningKeyEntity::name).toList(),
                        "activeAt", rotation.activeAt().toString(),
                        "overlapSeconds", rotation.overlap().toSeconds()));
        return key;
    }

    /** Takes the steps of these keys that are due, and those that come due by them. */
    void takeDue(Collection<SigningKeyEntity> due, Instant now) {
        due.forEach(key -> takeDue(key, now));
    }

    private void takeDue(SigningKeyEntity key, Instant now) {
        Instant at = key.dueAt();
        if (at == null || at.isAfter(now)) {
            return;
        }
        switch (key.state()) {
            case PENDING -> activate(key, now);
            case RETIRING -> {
                key.endRetirement(now);
                record.changed(AuditAction.KEY_RETIRED, key, Map.of());
            }
            case ACTIVE, RETIRED, REVOKED -> throw new IllegalStateException(key.state() + " waits for nothing");
        }
    }

    /** The key signs from now on, and those whose place it takes only for a while. */
    void activate(SigningKeyEntity key, Instant now) {
        key.activate(now);
        record.changed(AuditAction.KEY_ACTIVATED, key, Map.of());
        List<SigningKeyEntity> replaced = keys.of(key.cacheId()).stream()
                .filter(old -> old.state() == KeyState.ACTIVE && key.isReplacementOf(old))
                .toList();
        for (SigningKeyEntity old : replaced) {
            old.retire(now, now.plus(key.overlap()));
            record.changed(
                    AuditAction.KEY_RETIRING,
                    old,
                    Map.of("until", now.plus(key.overlap()).toString(), "replacedBy", key.name()));
        }
        takeDue(replaced, now);
    }

    /**
     * Destroys the secrets of caches that are deleted, or whose tenants are, some of them; gives how many. What such a key
     * has signed is good: where others keep it, it is not taken from them, as it would be if the key were revoked.
     */
    int endOfDeleted(Instant now) {
        List<SigningKeyEntity> orphans = keys.ofDeleted(AT_ONCE);
        for (SigningKeyEntity key : orphans) {
            if (key.state() == KeyState.PENDING) {
                key.revoke(now, CACHE_DELETED);
                record.changed(AuditAction.KEY_REVOKED, key, Map.of("reason", CACHE_DELETED));
            } else {
                if (key.state() == KeyState.ACTIVE) {
                    key.retire(now, now);
                }
                key.endRetirement(now);
                record.changed(AuditAction.KEY_RETIRED, key, Map.of("reason", CACHE_DELETED));
            }
        }
        return orphans.size();
    }

    /**
     * Ends a key's life at once, in every cache that has it: whoever has its secret speaks for it, and another tenant that has
     * it is told no more than that there is somebody. Where it was the last that is active, another is in its place at once.
     */
    void revoke(SigningKeyEntity key, String reason, Instant now) {
        keys.holdAlone(key.publicKey().bytes());
        int tenant = keys.tenantOf(key.cacheId());
        for (SigningKeyEntity held : keys.holding(key.publicKey().bytes())) {
            if (held.state() == KeyState.REVOKED) {
                continue;
            }
            if (keys.tenantOf(held.cacheId()) == tenant) {
                end(held, reason, now);
            } else {
                OwnWork.run(() -> end(held, REVOKED_BY_ANOTHER, now));
            }
        }
    }

    private void end(SigningKeyEntity key, String reason, Instant now) {
        key.revoke(now, reason);
        record.revoked(key, reason);
        List<SigningKeyEntity> all = keys.of(key.cacheId());
        all.stream().filter(key::isReplacementOf).forEach(old -> old.replacedBy(null));
        // one that is deleted signs no more
        Optional<Cache> cache = caches.now().find(key.cacheId()).filter(there -> keys.isLive(there.id()));
        if (cache.isPresent() && all.stream().noneMatch(k -> k.state() == KeyState.ACTIVE)) {
            // one that is shown already is known to some clients
            all.stream()
                    .filter(k -> k.state() == KeyState.PENDING)
                    .findFirst()
                    .ifPresentOrElse(next -> activate(next, now), () -> made.generate(cache.get()));
        }
    }
}
