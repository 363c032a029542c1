package io.narthex.key;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Optional;

/** The policies in the database. */
@ApplicationScoped
class KeyPolicies {
    @PersistenceContext
    private EntityManager entities;

    Optional<KeyPolicyEntry> find(int cacheId) {
        return Optional.ofNullable(entities.find(KeyPolicyEntry.class, cacheId));
    }

    KeyPolicy of(int cacheId) {
        return find(cacheId).map(KeyPolicyEntry::policy).orElse(KeyPolicy.INITIAL);
    }

    /** Writes a new or changed one now. */
    void save(KeyPolicyEntry entry) {
        entities.persist(entry);
        entities.flush();
    }
}
