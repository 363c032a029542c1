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
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes and imports keys. Every call needs a transaction of the caller's, which holds the lock until its end. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class NewKeys {
    private static final System.Logger LOG = System.getLogger(NewKeys.class.getName());

    private static final Pattern NUMBERED = Pattern.compile("(.+)-[0-9]+");
    private static final Pattern CACHE_AND_TENANT = Pattern.compile("[a-z0-9-]+\\.[a-z0-9-]+");

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
    SigningKey generate(Cache cache) {
        Instant now = clock.now();
        return make(cache, (secret, box) -> SigningKey.active(cache.id(), secret.publicKey(), box, false, now));
    }

    /** A new key that takes the place of others later. */
    SigningKey generate(Cache cache, Rotation rotation, Instant now) {
        return make(cache, (secret, box) -> SigningKey.pending(cache.id(), secret.publicKey(), box, now, rotation));
    }

    private SigningKey make(Cache cache, BiFunction<SecretKey, byte[], SigningKey> row) {
        try (SecretKey secret = SecretKey.generate(nextName(cache), random)) {
            SigningKey made = keys.add(row.apply(secret, vault.seal(secret)));
            LOG.log(System.Logger.Level.INFO, "event=key-made name={0}", made.name());
            record.changed(
                    AuditAction.KEY_CREATED,
                    made,
                    Map.of("publicKey", made.publicKey().toString()));
            return made;
        }
    }

    /** Keeps a key from elsewhere, which signs at once; nobody else has its name or its bytes. */
    SigningKey keep(Cache cache, SecretKey secret) {
        SigningKey made =
                keys.add(SigningKey.active(cache.id(), secret.publicKey(), vault.seal(secret), true, clock.now()));
        LOG.log(System.Logger.Level.INFO, "event=key-imported name={0}", made.name());
        record.changed(
                AuditAction.KEY_IMPORTED,
                made,
                Map.of("publicKey", made.publicKey().toString()));
        return made;
    }

    /**
     * Imports the key that {@code NIX_SECRET_KEY_FILE} names, unless it was here before.
     *
     * @return null where there is nothing new
     * @throws StartRefused when the file holds no key, or one with the name of another
     */
    @Nullable
    SigningKey importOnce(Cache cache, Path file) {
        try (SecretKey secret = readSecret(file)) {
            Optional<SigningKey> known = keys.findByPublicKey(secret.publicKey().bytes());
            if (known.isPresent()) {
                known.get().markImported();
                if (!known.get().state().signs()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "event=key-not-revived name={0} state={1}",
                            known.get().name(),
                            known.get().state());
                }
                return null;
            }
            if (keys.isNameTaken(secret.publicKey().name())) {
                throw StartRefused.because(
                        settings,
                        "the key in NIX_SECRET_KEY_FILE " + file + " has the name "
                                + secret.publicKey().name()
                                + ", which another key of this server has: clients could not tell them apart, so make"
                                + " it under a new name");
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
        String stem = stem(cache) + "-";
        int number = 1;
        while (keys.isNameTaken(stem + number)) {
            number++;
        }
        return stem + number;
    }

    /**
     * Whether a name is kept for keys that are made here, for another cache or with a number that is to come. The same for
     * all such names, so that nobody learns which there are.
     */
    boolean isReserved(Cache cache, String name) {
        Matcher numbered = NUMBERED.matcher(name);
        if (!numbered.matches()) {
            return false;
        }
        String stem = numbered.group(1);
        String before = stem.endsWith("." + settings.name())
                ? stem.substring(0, stem.length() - settings.name().length() - 1)
                : "";
        boolean madeHere =
                stem.equals(settings.name()) || CACHE_AND_TENANT.matcher(before).matches();
        return madeHere && !stem.equals(stem(cache));
    }

    /** Tenants and caches have no dots in their names, so that no two caches can have one name. */
    private String stem(Cache cache) {
        return cache.isDefault() ? settings.name() : cache.name() + "." + cache.tenant() + "." + settings.name();
    }
}
