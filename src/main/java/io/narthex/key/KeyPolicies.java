package io.narthex.key;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Optional;

/** Reads and writes how often each cache changes its key. */
@ApplicationScoped
class KeyPolicies {
    @PersistenceContext
    private EntityManager entities;

    Optional<KeyPolicyEntity> find(int cacheId) {
        return Optional.ofNullable(entities.find(KeyPolicyEntity.class, cacheId));
    }

    KeyPolicy of(int cacheId) {
        return find(cacheId).map(KeyPolicyEntity::policy).orElse(KeyPolicy.INITIAL);
    }

    /** Writes a new or changed one now. */
    void save(KeyPolicyEntity entity) {
        entities.persist(entity);
        entities.flush();
    }
}
