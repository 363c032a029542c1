package io.narthex.nix.hash;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The hash functions that Nix knows by name. Nix: src/libutil/hash.cc. */
public enum HashAlgorithm {
    MD5("md5", "MD5", 16),
    SHA1("sha1", "SHA-1", 20),
    SHA256("sha256", "SHA-256", 32),
    SHA512("sha512", "SHA-512", 64);

    private final String nixName;
    private final String javaName;
    private final int size;

    HashAlgorithm(String nixName, String javaName, int size) {
        this.nixName = nixName;
        this.javaName = javaName;
        this.size = size;
    }

    /** As Nix writes it before the colon: {@code sha256}. */
    public String nixName() {
        return nixName;
    }

    /** Length of a digest in bytes. */
    public int size() {
        return size;
    }

    public MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(javaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks " + javaName, e);
        }
    }

    static Optional<HashAlgorithm> named(String nixName) {
        for (HashAlgorithm algorithm : values()) {
            if (algorithm.nixName.equals(nixName)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}
