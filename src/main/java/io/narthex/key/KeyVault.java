package io.narthex.key;

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
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Opens the keys that the database holds, imports the operator's, and makes the first one. */
@ApplicationScoped
public class KeyVault {
    private static final System.Logger LOG = System.getLogger(KeyVault.class.getName());

    @Inject
    private Settings settings;

    @Inject
    private SigningKeys keys;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock = Clock.systemUTC();

    /** A key that signs: its row and its opened secret. */
    record OpenKey(long id, SecretKey secret) {}

    /**
     * The keys that sign now for a cache, at least one. Makes the first where there is none; for the default cache,
     * imports {@code NIX_SECRET_KEY_FILE}.
     *
     * @throws StartRefused when the master key is missing or wrong, or the file holds no key
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW) // the lock must go before whoever asks is done
    List<OpenKey> open(Cache cache) {
        keys.lock();
        MasterKey master = masterKey(keys.all());
        if (cache.isDefault()) {
            settings.secretKeyFile().ifPresent(file -> importOnce(cache, file, master));
        }
        List<OpenKey> open = openAll(cache, master);
        if (open.isEmpty()) {
            open.add(makeFirst(cache, master));
        }
        return open;
    }

    /** Makes the first key of a cache in the transaction that makes the cache. */
    @Transactional(Transactional.TxType.MANDATORY)
    void cacheCreated(@Observes CacheCreated event) {
        keys.lock();
        makeFirst(event.cache(), masterKey(keys.all())).secret().close();
    }

    private OpenKey makeFirst(Cache cache, MasterKey master) {
        OpenKey made = keep(cache, SecretKey.generate(nextName(cache), random), master);
        LOG.log(
                System.Logger.Level.INFO,
                "event=key-made name={0}",
                made.secret().publicKey().name());
        return made;
    }

    private MasterKey masterKey(List<SigningKey> known) {
        Path file = settings.masterKeyFile();
        Optional<SigningKey> sealed =
                known.stream().filter(k -> k.sealedSecret() != null).findFirst();
        try {
            Optional<MasterKey> read = MasterKey.read(file, random);
            if (read.isPresent()) {
                return read.get();
            }
            if (sealed.isPresent()) {
                throw StartRefused.because(
                        settings,
                        "the database holds the signing key "
                                + sealed.get().publicKey().name()
                                + ", sealed under a master key that is not here: copy the file master-key of the node"
                                + " that made it to " + file + ", or name it in NARTHEX_MASTER_KEY_FILE");
            }
            return MasterKey.make(file, random);
        } catch (IOException e) {
            throw StartRefused.because(
                    settings,
                    "the master key " + file + " cannot be used (" + e.getMessage()
                            + "): restore it from a copy, or name another in NARTHEX_MASTER_KEY_FILE");
        }
    }

    private List<OpenKey> openAll(Cache cache, MasterKey master) {
        List<OpenKey> open = new ArrayList<>();
        for (SigningKey key : keys.of(cache.id())) {
            byte[] sealed = key.sealedSecret();
            if (sealed != null && key.state().signs()) {
                open.add(new OpenKey(key.id(), unseal(key, sealed, master)));
            }
        }
        return open;
    }

    private SecretKey unseal(SigningKey key, byte[] sealed, MasterKey master) {
        try {
            byte[] text = master.open(sealed, context(key.publicKey().toString()));
            try {
                return SecretKey.parse(new String(text, StandardCharsets.US_ASCII));
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (WrongMasterKeyException e) {
            throw StartRefused.because(
                    settings,
                    "the master key " + settings.masterKeyFile() + " does not open the signing key "
                            + key.publicKey().name() + " (" + e.getMessage()
                            + "): restore the right one, or name it in NARTHEX_MASTER_KEY_FILE");
        }
    }

    private void importOnce(Cache cache, Path file, MasterKey master) {
        SecretKey secret = readSecret(file);
        Optional<SigningKey> known = keys.findByPublicKey(secret.publicKey().bytes());
        if (known.isPresent()) {
            if (!known.get().state().signs()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=key-not-revived name={0} state={1}",
                        known.get().publicKey().name(),
                        known.get().state());
            }
            return;
        }
        if (keys.isNameTaken(secret.publicKey().name())) {
            throw StartRefused.because(
                    settings,
                    "the key in NIX_SECRET_KEY_FILE " + file + " has the name "
                            + secret.publicKey().name()
                            + ", which another key of this server has: clients could not tell them apart, so make it"
                            + " under a new name");
        }
        keep(cache, secret, master);
        LOG.log(
                System.Logger.Level.INFO,
                "event=key-imported name={0}",
                secret.publicKey().name());
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

    private OpenKey keep(Cache cache, SecretKey secret, MasterKey master) {
        byte[] text = secret.toText().getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] sealed = master.seal(text, context(secret.publicKey().toString()));
            SigningKey row = keys.add(new SigningKey(cache.id(), secret.publicKey(), sealed, clock.instant()));
            return new OpenKey(row.id(), secret);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /** Tenants and caches have no dots in their names, so that no two caches can have one name. */
    private String nextName(Cache cache) {
        String stem = cache.isDefault() ? settings.name() : cache.name() + "." + cache.tenant() + "." + settings.name();
        int number = 1;
        while (keys.isNameTaken(stem + "-" + number)) {
            number++;
        }
        return stem + "-" + number;
    }

    private static String context(String publicKey) {
        return "narthex signing key " + publicKey;
    }
}
