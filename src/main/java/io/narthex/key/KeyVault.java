package io.narthex.key;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Seals the secrets that the database holds, and opens them. */
@ApplicationScoped
public class KeyVault {
    @Inject
    private Settings settings;

    @Inject
    private SigningKeys keys;

    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable MasterKey master;

    /** The secret as the database is to hold it. */
    public byte[] seal(SecretKey secret) {
        byte[] text = secret.toText().getBytes(StandardCharsets.US_ASCII);
        try {
            return master().seal(text, context(secret.publicKey()));
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /**
     * The secret of a key that still has one.
     *
     * @throws StartRefused when the master key is missing or wrong
     */
    SecretKey open(SigningKey key) {
        byte[] sealed = key.sealedSecret();
        if (sealed == null) {
            throw new IllegalArgumentException("the secret of " + key.name() + " is destroyed");
        }
        try {
            byte[] text = master().open(sealed, context(key.publicKey()));
            try {
                return SecretKey.parse(new String(text, StandardCharsets.US_ASCII));
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (WrongMasterKeyException e) {
            throw StartRefused.because(
                    settings,
                    "the master key " + settings.masterKeyFile() + " does not open the signing key " + key.name() + " ("
                            + e.getMessage() + "): restore the right one, or name it in NARTHEX_MASTER_KEY_FILE");
        }
    }

    /** The secret of a key that {@link #seal} was given; empty where it was sealed under another master key. */
    public Optional<SecretKey> openIfOurs(PublicKey key, byte[] sealed) {
        try {
            byte[] text = master().open(sealed, context(key));
            try {
                return Optional.of(SecretKey.parse(new String(text, StandardCharsets.US_ASCII)));
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (WrongMasterKeyException e) {
            return Optional.empty();
        }
    }

    private MasterKey master() {
        MasterKey known = master;
        return known == null ? load() : known;
    }

    /** Made only while the database holds no sealed secret: the caller holds the lock of {@link SigningKeys}. */
    private synchronized MasterKey load() {
        Path file = settings.masterKeyFile();
        try {
            Optional<MasterKey> read = MasterKey.read(file, random);
            if (read.isEmpty()) {
                keys.findSealed().ifPresent(key -> {
                    throw StartRefused.because(
                            settings,
                            "the database holds the signing key " + key.name()
                                    + ", sealed under a master key that is not here: copy the file master-key of the"
                                    + " node that made it to " + file + ", or name it in NARTHEX_MASTER_KEY_FILE");
                });
            }
            MasterKey loaded = read.isPresent() ? read.get() : MasterKey.make(file, random);
            master = loaded;
            return loaded;
        } catch (IOException e) {
            throw StartRefused.because(
                    settings,
                    "the master key " + file + " cannot be used (" + e.getMessage()
                            + "): restore it from a copy, or name another in NARTHEX_MASTER_KEY_FILE");
        }
    }

    private static String context(PublicKey key) {
        return "narthex signing key " + key;
    }
}
