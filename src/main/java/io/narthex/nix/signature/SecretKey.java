package io.narthex.nix.signature;

import io.narthex.nix.hash.NixFormatException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An Ed25519 secret key, with the name that its signatures carry. Thread-safe; {@link #close} waits for signatures
 * under way and wipes the secret, after which the key can neither sign nor be written.
 */
public final class SecretKey implements AutoCloseable {
    private static final String SUBJECT = "secret key";

    /** Nix's form: the seed, then the public key. */
    private static final int TEXT_BYTES = Ed25519.SEED_SIZE + Ed25519.PUBLIC_SIZE;

    private final PublicKey publicKey;
    private final byte[] publicBytes;
    private final byte[] seed;
    private final ReadWriteLock wiping = new ReentrantReadWriteLock();
    private boolean closed;

    private SecretKey(String name, byte[] seed) {
        this.seed = seed;
        this.publicBytes = Ed25519.publicKey(seed);
        this.publicKey = new PublicKey(name, publicBytes);
    }

    /**
     * Makes a new key.
     *
     * @throws NixFormatException where the name cannot be that of a key
     */
    public static SecretKey generate(String name, SecureRandom random) {
        byte[] seed = new byte[Ed25519.SEED_SIZE];
        random.nextBytes(seed);
        return new SecretKey(name, seed);
    }

    /**
     * Reads {@code name:base64} of seed and public key, 64 bytes, without a line end.
     *
     * @throws NixFormatException where it is not that, or the public half is not that of the seed
     */
    public static SecretKey parse(String text) {
        NamedBytes parsed = NamedBytes.parse(SUBJECT, text, TEXT_BYTES);
        byte[] both = parsed.bytes();
        SecretKey key = new SecretKey(parsed.name(), Arrays.copyOf(both, Ed25519.SEED_SIZE));
        byte[] publicHalf = Arrays.copyOfRange(both, Ed25519.SEED_SIZE, TEXT_BYTES);
        Arrays.fill(both, (byte) 0);
        if (!MessageDigest.isEqual(key.publicBytes, publicHalf)) {
            key.close();
            throw new NixFormatException(SUBJECT, "its public half belongs to another seed");
        }
        return key;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /**
     * Signs the message under the key's name.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public Signature sign(byte[] message) {
        Lock lock = wiping.readLock();
        lock.lock();
        try {
            checkOpen();
            return new Signature(publicKey.name(), Ed25519.sign(seed, publicBytes, message));
        } finally {
            lock.unlock();
        }
    }

    /**
     * The secret in the form of {@code nix-store --generate-binary-cache-key}. To be sealed or written, never logged.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public String toText() {
        Lock lock = wiping.readLock();
        lock.lock();
        try {
            checkOpen();
            byte[] both = Arrays.copyOf(seed, TEXT_BYTES);
            System.arraycopy(publicBytes, 0, both, Ed25519.SEED_SIZE, Ed25519.PUBLIC_SIZE);
            String text = NamedBytes.format(publicKey.name(), both);
            Arrays.fill(both, (byte) 0);
            return text;
        } finally {
            lock.unlock();
        }
    }

    /** Wipes the secret. A second call does nothing. */
    @Override
    public void close() {
        Lock lock = wiping.writeLock();
        lock.lock();
        try {
            Arrays.fill(seed, (byte) 0);
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the secret key " + publicKey.name() + " is closed");
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
