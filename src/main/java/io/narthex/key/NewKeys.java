package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheCreated;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Makes and imports keys. Every call needs a transaction of the caller's, which holds the lock until its end. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class NewKeys {
    private static final System.Logger LOG = System.getLogger(NewKeys.class.getName());

    @Inject
    private Settings settings;

    @Inject
    private SigningKeys keys;

    @Inject
    private KeyVault vault;

    @Inject
    private KeyClock clock;

    @Inject
    private KeyRecord record;

    private final SecureRandom random = new SecureRandom();

    /** Makes the first key of a cache in the transaction that makes the cache. */
    void cacheCreated(@Observes CacheCreated event) {
        keys.lock();
        generate(event.cache());
    }

    /** A new key that signs at once. */
    SigningKeyEntity generate(Cache cache) {
        Instant now = clock.now();
        return make(cache, (secret, box) -> SigningKeyEntity.active(cache.id(), secret.publicKey(), box, false, now));
    }

    /** A new key that takes the place of others later. */
    SigningKeyEntity generate(Cache cache, Rotation rotation, Instant now) {
        return make(
                cache, (secret, box) -> SigningKeyEntity.pending(cache.id(), secret.publicKey(), box, now, rotation));
    }

    private SigningKeyEntity make(Cache cache, BiFunction<SecretKey, byte[], SigningKeyEntity> row) {
        try (SecretKey secret = SecretKey.generate(nextName(cache), random)) {
            SigningKeyEntity made = keys.add(row.apply(secret, vault.seal(secret)));
            LOG.log(System.Logger.Level.INFO, "event=key-made name={0}", made.name());
            record.changed(
                    AuditAction.KEY_CREATED,
                    made,
                    Map.of("publicKey", made.publicKey().toString()));
            return made;
        }
    }

    /** Keeps a key from elsewhere, which signs at once; the cache has no other of its name, and none of its bytes. */
    SigningKeyEntity keep(Cache cache, SecretKey secret) {
        SigningKeyEntity made = keys.add(
                SigningKeyEntity.active(cache.id(), secret.publicKey(), vault.seal(secret), true, clock.now()));
        LOG.log(System.Logger.Level.INFO, "event=key-imported name={0}", made.name());
        record.changed(
                AuditAction.KEY_IMPORTED,
                made,
                Map.of("publicKey", made.publicKey().toString()));
        return made;
    }

    /**
     * Imports the key that {@code NIX_SECRET_KEY_FILE} names, unless the cache had it before, or it was revoked in any.
     *
     * @return null where there is nothing new
     * @throws StartRefused when the file holds no key, or one with the name of another
     */
    @Nullable
    SigningKeyEntity importOnce(Cache cache, Path file) {
        try (SecretKey secret = readSecret(file)) {
            List<SigningKeyEntity> holding = keys.holding(secret.publicKey().bytes());
            Optional<SigningKeyEntity> known = holding.stream()
                    .filter(key -> key.cacheId() == cache.id() || key.state() == KeyState.REVOKED)
                    .findFirst();
            if (known.isPresent()) {
                known.filter(key -> key.cacheId() == cache.id()).ifPresent(SigningKeyEntity::markImported);
                if (!known.get().state().signs()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "event=key-not-revived name={0} state={1}",
                            known.get().name(),
                            known.get().state());
                }
                return null;
            }
            String name = secret.publicKey().name();
            if (keys.find(cache.id(), name).isPresent() || keys.isMadeHere(name)) {
                throw StartRefused.because(
                        settings,
                        "the key in NIX_SECRET_KEY_FILE " + file + " has the name " + name
                                + ", which another key has that this server knows: clients could not tell them apart,"
                                + " so make it under a new name");
            }
            return keep(cache, secret);
        }
    }

    private SecretKey readSecret(Path file) {
        try {
            return SecretKey.parse(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException | NixFormatException e) {
            throw StartRefused.because(
                    settings,
                    "NIX_SECRET_KEY_FILE " + file + " cannot be used (" + reason(e)
                            + "): it must hold what nix-store --generate-binary-cache-key writes as the secret key");
        }
    }

    private static String reason(Exception e) {
        return e instanceof NixFormatException
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName();
    }

    /** Rows are never deleted, so that no number comes again, not even in a cache that has the name of a deleted one. */
    String nextName(Cache cache) {
        String stem = names().stem(cache);
        long number = keys.highestNumber(stem) + 1;
        // one from before the server had its name, or the operator's own
        while (keys.isNameTaken(stem + number)) {
            number++;
        }
        return stem + number;
    }

    KeyNames names() {
        return new KeyNames(settings.name());
    }
}
