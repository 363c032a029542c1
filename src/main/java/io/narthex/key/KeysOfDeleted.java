package io.narthex.key;

import io.narthex.cache.CacheDeleted;
import io.narthex.tenant.TenantDeleted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/**
 * Destroys the secrets of a deleted cache's keys in the transaction that deletes it. Where there are more than a few
 * hundred, the job destroys the rest soon after.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class KeysOfDeleted {
    @Inject
    private SigningKeys keys;

    @Inject
    private KeySteps steps;

    @Inject
    private KeyClock clock;

    void cacheDeleted(@Observes CacheDeleted event) {
        end();
    }

    void tenantDeleted(@Observes TenantDeleted event) {
        end();
    }

    private void end() {
        keys.lock();
        steps.endOfDeleted(clock.now());
    }
}
