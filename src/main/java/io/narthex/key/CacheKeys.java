package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;

/** Reads the keys of a cache from the database, and makes the first one where there is none. */
@ApplicationScoped
@Retried
class CacheKeys {
    @Inject
    private Settings settings;

    @Inject
    private SigningKeys keys;

    @Inject
    private KeyPolicies policies;

    @Inject
    private NewKeys made;

    @Inject
    private KeyVault vault;

    /**
     * Imports {@code NIX_SECRET_KEY_FILE} into the default cache, if it is set and was not imported before.
     *
     * @throws StartRefused when the file holds no key
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void importOnce(Cache standard) {
        settings.secretKeyFile().ifPresent(file -> {
            keys.lock();
            made.importOnce(standard, file);
        });
    }

    /**
     * The keys of a cache as they stand now, with the secrets of those that sign: one at least, unless the cache is
     * deleted.
     *
     * @throws KeyException.Sealed where one does not open
     * @throws StartRefused when the master key is missing
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW) // the lock must go before whoever asks is done
    KeyRing.Ring read(Cache cache, RevokedKeys.Latest revoked) {
        List<SigningKeyEntity> all = keys.of(cache.id());
        if (all.stream().noneMatch(key -> key.state().signs())) {
            keys.lock();
            // another node may have been faster
            all = keys.of(cache.id());
            // whoever has not heard yet that the cache is deleted makes no key for it
            if (all.stream().noneMatch(key -> key.state().signs()) && keys.isLive(cache.id())) {
                made.generate(cache);
                all = keys.of(cache.id());
            }
        }
        KeyPolicy policy = policies.of(cache.id());
        return new KeyRing.Ring(
                all.stream()
                        .filter(key -> key.state().signs())
                        .map(key -> new KeyRing.Member(key.id(), vault.open(key)))
                        .toList(),
                all.stream()
                        .map(key ->
                                PublishedKey.of(key, policy.replacementOf(key).orElse(null)))
                        .toList(),
                revoked);
    }

    /** Those of the whole server that are revoked, the oldest first. */
    @Transactional
    List<RevokedKeys.Entry> revoked() {
        return keys.revoked();
    }
}
