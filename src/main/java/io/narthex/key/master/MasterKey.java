package io.narthex.key.master;

import io.narthex.nix.hash.HashAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that seals secrets in the database. It is kept in a file outside the database: 32 random bytes, base64, one
 * line.
 *
 * <p>A sealed secret is: version (1 byte), name of the master key (8 bytes), nonce (12), AES-256-GCM ciphertext and tag.
 */
public final class MasterKey {
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NAME_BYTES = 8;
    /** NIST SP 800-38D, 8.2: 96 bits, random; one master key seals far fewer than 2^32 secrets. */
    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;
    private static final int HEADER_BYTES = 1 + NAME_BYTES;

    private final SecretKeySpec key;
    private final byte[] name;
    private final SecureRandom random;

    private MasterKey(byte[] bytes, SecureRandom random) {
        this.key = new SecretKeySpec(bytes, "AES");
        this.name = Arrays.copyOf(HashAlgorithm.SHA256.newDigest().digest(bytes), NAME_BYTES);
        this.random = random;
    }

    /**
     * Reads the key.
     *
     * @return empty when there is no such file
     * @throws IOException when the file cannot be read or holds no key
     */
    public static Optional<MasterKey> read(Path file, SecureRandom random) throws IOException {
        try {
            return Optional.of(parse(Files.readAllBytes(file), random));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads the key from its text, which is wiped.
     *
     * @throws IOException when it is no key
     */
    public static MasterKey parse(byte[] text, SecureRandom random) throws IOException {
        byte[] bytes;
        byte[] line = stripped(text);
        try {
            bytes = Base64.getDecoder().decode(line);
        } catch (IllegalArgumentException e) {
            throw new IOException("it holds no base64", e);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(line, (byte) 0);
        }
        if (bytes.length != KEY_BYTES) {
            throw new IOException("it holds " + bytes.length + " bytes where a key has " + KEY_BYTES);
        }
        return wiping(bytes, random);
    }

    /** Without white space around it; no String, which could not be wiped. */
    private static byte[] stripped(byte[] text) {
        int begin = 0;
        int end = text.length;
        while (begin < end && text[begin] <= ' ') {
            begin++;
        }
        while (begin < end && text[end - 1] <= ' ') {
            end--;
        }
        return Arrays.copyOfRange(text, begin, end);
    }

    /** The key alone keeps the bytes. */
    private static MasterKey wiping(byte[] bytes, SecureRandom random) {
        MasterKey key = new MasterKey(bytes, random);
        Arrays.fill(bytes, (byte) 0);
        return key;
    }

    /** Makes a new key and its file, mode 600, which must not exist. */
    public static MasterKey make(Path file, SecureRandom random) throws IOException {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mode = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(file, mode);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("it appeared just now", e);
        }
        byte[] text = Base64.getEncoder().encode(bytes);
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        try {
            Files.write(file, line, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(line, (byte) 0);
        }
        return wiping(bytes, random);
    }

    /**
     * Seals a secret.
     *
     * @param context bound to the secret: it opens only under the same
     */
    public byte[] seal(byte[] secret, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(secret);
            byte[] all = new byte[HEADER_BYTES + NONCE_BYTES + sealed.length];
            all[0] = VERSION;
            System.arraycopy(name, 0, all, 1, NAME_BYTES);
            System.arraycopy(nonce, 0, all, HEADER_BYTES, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, HEADER_BYTES + NONCE_BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /** Whether a secret says that it was sealed under this key. */
    public boolean hasSealed(byte[] sealed) {
        return sealed.length >= HEADER_BYTES && Arrays.equals(name, 0, NAME_BYTES, sealed, 1, HEADER_BYTES);
    }

    /**
     * Opens what {@link #seal} gave.
     *
     * @throws WrongMasterKeyException when it was sealed under another key or context, or altered since
     */
    public byte[] open(byte[] sealed, String context) throws WrongMasterKeyException {
        if (sealed.length < HEADER_BYTES + NONCE_BYTES || sealed[0] != VERSION) {
            throw new WrongMasterKeyException("it is of a form that this version does not know");
        }
        if (!Arrays.equals(name, 0, NAME_BYTES, sealed, 1, HEADER_BYTES)) {
            throw new WrongMasterKeyException("it was sealed under another master key");
        }
        byte[] nonce = Arrays.copyOfRange(sealed, HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, context)
                    .doFinal(sealed, HEADER_BYTES + NONCE_BYTES, sealed.length - HEADER_BYTES - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new WrongMasterKeyException("it was altered in the database");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "***";
    }
}
