package io.narthex.key;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
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
     * The keys that sign now, at least one; makes the first, or imports {@code NIX_SECRET_KEY_FILE}, where needed.
     *
     * @throws StartRefused when the master key is missing or wrong, or the file holds no key
     */
    @Transactional
    List<OpenKey> open() {
        keys.lock();
        List<SigningKey> known = keys.all();
        MasterKey master = masterKey(known);
        settings.secretKeyFile().ifPresent(file -> importOnce(file, master));
        List<OpenKey> open = openAll(master);
        if (open.isEmpty()) {
            SecretKey made = SecretKey.generate(nextName(), random);
            open.add(keep(made, master));
            LOG.log(
                    System.Logger.Level.INFO,
                    "event=key-made name={0}",
                    made.publicKey().name());
        }
        return open;
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

    private List<OpenKey> openAll(MasterKey master) {
        List<OpenKey> open = new ArrayList<>();
        for (SigningKey key : keys.all()) {
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

    private void importOnce(Path file, MasterKey master) {
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
        keep(secret, master);
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

    private OpenKey keep(SecretKey secret, MasterKey master) {
        byte[] text = secret.toText().getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] sealed = master.seal(text, context(secret.publicKey().toString()));
            SigningKey row = keys.add(new SigningKey(secret.publicKey(), sealed, clock.instant()));
            return new OpenKey(row.id(), secret);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private String nextName() {
        int number = 1;
        while (keys.isNameTaken(settings.name() + "-" + number)) {
            number++;
        }
        return settings.name() + "-" + number;
    }

    private static String context(String publicKey) {
        return "narthex signing key " + publicKey;
    }
}
