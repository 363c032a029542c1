package io.narthex.key;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.key.master.MasterKey;
import io.narthex.key.master.SealedColumn;
import io.narthex.key.master.StoredCredential;
import io.narthex.key.master.WrongMasterKeyException;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Seals the secrets of keys before they are stored in the database, and opens them. */
@ApplicationScoped
public class KeyVault {
    @Inject
    private Settings settings;

    @Inject
    private SigningKeys keys;

    @Inject
    @Any
    private Instance<SealedColumn> columns;

    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable Masters masters;

    /**
     * The keys outside the database.
     *
     * @param sealing seals
     * @param other opens too
     */
    private record Masters(MasterKey sealing, Optional<MasterKey> other) {
        MasterKey of(byte[] sealed) {
            return other.filter(key -> key.hasSealed(sealed)).orElse(sealing);
        }
    }

    /** The secret as the database is to hold it. */
    public byte[] seal(SecretKey secret) {
        byte[] text = secret.toText().getBytes(StandardCharsets.US_ASCII);
        try {
            return masters().sealing().seal(text, context(secret.publicKey()));
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /**
     * The secret of a key that still has one.
     *
     * @throws KeyException.Sealed when the master key does not open it
     */
    SecretKey open(SigningKeyEntity key) {
        byte[] sealed = key.sealedSecret();
        if (sealed == null) {
            throw new IllegalArgumentException("the secret of " + key.name() + " is destroyed");
        }
        try {
            byte[] text = masters().of(sealed).open(sealed, context(key.publicKey()));
            try {
                return SecretKey.parse(new String(text, StandardCharsets.US_ASCII));
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (WrongMasterKeyException e) {
            throw new KeyException.Sealed(
                    key.name(),
                    "the master key " + masterKey() + " does not open the signing key " + key.name() + " ("
                            + e.getMessage() + ")");
        }
    }

    /** The secret of a key that {@link #seal} was given; empty where it was sealed under another master key. */
    public Optional<SecretKey> openIfOurs(PublicKey key, byte[] sealed) {
        try {
            byte[] text = masters().of(sealed).open(sealed, context(key));
            try {
                return Optional.of(SecretKey.parse(new String(text, StandardCharsets.US_ASCII)));
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (WrongMasterKeyException e) {
            return Optional.empty();
        }
    }

    /**
     * Seals another secret than that of a signing key.
     *
     * @param context bound to it: it opens only under the same
     */
    public byte[] seal(byte[] secret, String context) {
        return masters().sealing().seal(secret, context);
    }

    /**
     * Opens what {@link #seal(byte[], String)} gave.
     *
     * @throws WrongMasterKeyException when it was sealed under a master key that is not here, or another context
     */
    public byte[] open(byte[] sealed, String context) throws WrongMasterKeyException {
        return masters().of(sealed).open(sealed, context);
    }

    /** Where it lies, for people. */
    private String masterKey() {
        return settings.masterKeyCredential()
                .orElseGet(() -> settings.masterKeyFile().toString());
    }

    /** Whether the master key that seals now has sealed it. */
    public boolean isSealedNow(byte[] sealed) {
        return masters().sealing().hasSealed(sealed);
    }

    /** Whether secrets may be sealed under another master key than the one that seals now. */
    boolean hasOther() {
        return settings.otherMasterKeyFile().isPresent();
    }

    private Masters masters() {
        Masters known = masters;
        return known == null ? load() : known;
    }

    /** Made only while the database holds no sealed secret: the caller holds the lock of {@link SigningKeys}. */
    private synchronized Masters load() {
        Masters known = masters;
        if (known != null) {
            return known;
        }
        Path file = settings.masterKeyFile();
        Optional<MasterKey> read =
                settings.masterKeyCredential().map(this::stored).or(() -> read(file, "NARTHEX_MASTER_KEY_FILE"));
        if (read.isEmpty()) {
            sealed().ifPresent(what -> {
                throw StartRefused.because(
                        settings,
                        "the database holds " + what
                                + ", sealed under a master key that is not here: copy the file master-key of the"
                                + " node that made it to " + file + ", or name it in NARTHEX_MASTER_KEY_FILE");
            });
        }
        Optional<MasterKey> other = settings.otherMasterKeyFile()
                .map(path -> read(path, "NARTHEX_OTHER_MASTER_KEY_FILE")
                        .orElseThrow(() -> StartRefused.because(
                                settings,
                                "there is no file " + path + ": NARTHEX_OTHER_MASTER_KEY_FILE names the master key"
                                        + " that was used before, or is to be used; unset it when there is none")));
        Masters loaded = new Masters(read.isPresent() ? read.get() : make(file), other);
        masters = loaded;
        return loaded;
    }

    private Optional<String> sealed() {
        return keys.findSealed()
                .map(key -> "the signing key " + key.name())
                .or(() -> columns.stream()
                        .flatMap(column -> column.anySealed().stream())
                        .findFirst());
    }

    private MasterKey stored(String credential) {
        int slash = credential.indexOf('/');
        try {
            return MasterKey.parse(
                    StoredCredential.read(credential.substring(0, slash), credential.substring(slash + 1)), random);
        } catch (IOException e) {
            throw StartRefused.because(
                    settings,
                    "the master key cannot be had from NARTHEX_MASTER_KEY_CREDENTIAL " + credential + " ("
                            + e.getMessage() + "): add it to WildFly's credential store");
        }
    }

    private Optional<MasterKey> read(Path file, String setting) {
        try {
            return MasterKey.read(file, random);
        } catch (IOException e) {
            throw unusable(file, setting, e);
        }
    }

    private MasterKey make(Path file) {
        try {
            return MasterKey.make(file, random);
        } catch (IOException e) {
            throw unusable(file, "NARTHEX_MASTER_KEY_FILE", e);
        }
    }

    private StartRefused unusable(Path file, String setting, IOException e) {
        return StartRefused.because(
                settings,
                "the master key " + file + " cannot be used (" + e.getMessage()
                        + "): restore it from a copy, or name another in " + setting);
    }

    private static String context(PublicKey key) {
        return "narthex signing key " + key;
    }
}
