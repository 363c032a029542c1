package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.cache.Cache;
import io.narthex.http.Preconditions;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.key.KeyException.KnownKey;
import io.narthex.key.KeyException.NameTaken;
import io.narthex.key.KeyException.RevokedKey;
import io.narthex.key.KeyException.SecretDestroyed;
import io.narthex.key.KeyException.UnknownKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Does what administrators ask for about the keys of a cache. Each call is a transaction; in the whole cluster they
 * come one after the other.
 */
@ApplicationScoped
@Retried
@Transactional
public class KeyAdministration {
    /** Each signs every path and is in every narinfo. The timer may go beyond it. */
    private static final int MOST = 64;

    @Inject
    private SigningKeys keys;

    @Inject
    private NewKeys made;

    @Inject
    private ImportedNames names;

    @Inject
    private KeySteps steps;

    @Inject
    private KeyVault vault;

    @Inject
    private KeyPolicies policies;

    @Inject
    private KeyRecord record;

    @Inject
    private KeyClock clock;

    /** @param begun whether it is a new one, or else one that was under way */
    record Begun(PublishedKey key, boolean begun) {}

    /** Every key that the cache ever had, in the order in which they were made. */
    public List<PublishedKey> list(Cache cache) {
        return keys.of(cache.id()).stream().map(PublishedKey::of).toList();
    }

    /** @throws UnknownKey if the cache never had it */
    PublishedKey get(Cache cache, String name) {
        return PublishedKey.of(find(cache, name));
    }

    private SigningKeyEntity find(Cache cache, String name) {
        return keys.find(cache.id(), name).orElseThrow(UnknownKey::new);
    }

    private void checkRoom(Cache cache) {
        if (keys.living(cache.id()) >= MOST) {
            throw new KeyException.TooMany(MOST);
        }
    }

    /** A new key that signs at once, beside those that do. */
    PublishedKey generate(Cache cache) {
        keys.lock();
        checkRoom(cache);
        return PublishedKey.of(made.generate(cache));
    }

    /**
     * A key from elsewhere that signs at once. What other caches have is no matter, and not told: but for a key that was
     * revoked, which who has its secret may know.
     *
     * @throws KeyException if the cache has or had it, or it was revoked in any cache, or its name is one that it cannot have
     */
    PublishedKey bring(Cache cache, SecretKey secret) {
        keys.lock();
        String name = secret.publicKey().name();
        List<SigningKeyEntity> holding = keys.holding(secret.publicKey().bytes());
        holding.stream().filter(key -> key.cacheId() == cache.id()).findFirst().ifPresent(key -> {
            throw new KnownKey(key.name(), key.state());
        });
        if (holding.stream().anyMatch(key -> key.state() == KeyState.REVOKED)) {
            throw new RevokedKey(name);
        }
        names.check(name);
        if (keys.find(cache.id(), name).isPresent()) {
            throw new NameTaken(name);
        }
        checkRoom(cache);
        return PublishedKey.of(made.keep(cache, secret));
    }

    /**
     * Begins a rotation now, or lets the one that is under way go by other times.
     *
     * @param request the times that are wanted, from those that are planned
     */
    Begun rotate(Cache cache, RotationRequest request) {
        keys.lock();
        Instant now = clock.now();
        List<SigningKeyEntity> all = keys.of(cache.id());
        Optional<SigningKeyEntity> underWay =
                all.stream().filter(key -> key.state() == KeyState.PENDING).findFirst();
        underWay.ifPresent(key -> {
            Rotation rotation = request.over(key.rotation(), now);
            key.replan(rotation);
            record.changed(
                    AuditAction.KEY_ROTATION_STARTED,
                    key,
                    Map.of(
                            "activeAt",
                            rotation.activeAt().toString(),
                            "overlapSeconds",
                            rotation.overlap().toSeconds(),
                            "underWay",
                            true));
        });
        if (underWay.isEmpty()) {
            checkRoom(cache);
        }
        SigningKeyEntity key = underWay.orElseGet(() -> steps.begin(
                cache,
                all.stream().filter(k -> k.state() == KeyState.ACTIVE).toList(),
                request.over(policies.of(cache.id()).begin(now), now),
                now));
        steps.takeDue(List.of(key), now);
        return new Begun(PublishedKey.of(key), underWay.isEmpty());
    }

    /**
     * The same at the times that are planned.
     *
     * @throws ProblemException where the cache has as many keys as it may have
     */
    public PublishedKey rotate(Cache cache) {
        try {
            return rotate(cache, RotationRequest.AS_PLANNED).key();
        } catch (KeyException.TooMany e) {
            throw new ProblemException(
                    ProblemType.CONFLICT, "The cache has " + MOST + " keys that sign or will: revoke one first");
        }
    }

    /**
     * Ends a key's life at once, in every cache of the server that has it; of one that is revoked already nothing changes.
     *
     * @throws UnknownKey if the cache never had it
     */
    public PublishedKey revoke(Cache cache, String name, String reason) {
        keys.lock();
        SigningKeyEntity key = find(cache, name);
        if (key.state() != KeyState.REVOKED) {
            steps.revoke(key, reason, clock.now());
        }
        return PublishedKey.of(key);
    }

    /**
     * The secret, in Nix's form.
     *
     * @throws UnknownKey if the cache never had it
     * @throws SecretDestroyed if it has none any more
     */
    String export(Cache cache, String name) {
        keys.lock();
        SigningKeyEntity key = find(cache, name);
        if (!key.state().isPublished()) {
            throw new SecretDestroyed(key.state());
        }
        key.export(clock.now());
        record.told(AuditAction.KEY_EXPORTED, key, Map.of());
        try (SecretKey secret = vault.open(key)) {
            return secret.toText();
        }
    }

    /** The cache's policy now. */
    StoredPolicy policy(Cache cache) {
        Optional<KeyPolicyEntity> entity = policies.find(cache.id());
        KeyPolicy policy = entity.map(KeyPolicyEntity::policy).orElse(KeyPolicy.INITIAL);
        return new StoredPolicy(
                policy, tag(cache, entity.map(e -> e.version() + 1).orElse(0L)), nextAt(cache, policy));
    }

    /** Of the one that is under way, or else that begins by itself. */
    private @Nullable Instant nextAt(Cache cache, KeyPolicy policy) {
        List<SigningKeyEntity> all = keys.of(cache.id());
        return all.stream()
                .filter(key -> key.state() == KeyState.PENDING)
                .findFirst()
                .map(SigningKeyEntity::dueAt)
                .or(() -> all.stream()
                        .flatMap(key -> policy.replacementOf(key).stream())
                        .min(Comparator.naturalOrder()))
                .orElse(null);
    }

    private static String tag(Cache cache, long version) {
        return "\"" + cache.id() + "-" + version + "\"";
    }

    /** Changes the policy. */
    StoredPolicy putPolicy(Cache cache, UnaryOperator<KeyPolicy> change, Preconditions preconditions) {
        keys.lock();
        StoredPolicy before = policy(cache);
        preconditions.check(before.entityTag());
        KeyPolicy after = change.apply(before.policy());
        if (!after.equals(before.policy())) {
            Instant now = clock.now();
            KeyPolicyEntity entity =
                    policies.find(cache.id()).orElseGet(() -> new KeyPolicyEntity(cache.id(), after, now));
            entity.set(after, now);
            policies.save(entity);
            record.policyChanged(cache.id(), before.policy(), after);
        }
        return policy(cache);
    }
}
