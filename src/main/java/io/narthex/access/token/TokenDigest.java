package io.narthex.access.token;

import io.narthex.configuration.Secret;
import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The SHA-256 of a token. Memory keeps it in place of the token, which cannot be had back from it. */
public final class TokenDigest {
    private final byte[] sha256;

    private TokenDigest(byte[] sha256) {
        this.sha256 = sha256;
    }

    public static TokenDigest of(Secret token) {
        byte[] text = token.reveal().getBytes(StandardCharsets.UTF_8);
        return new TokenDigest(HashAlgorithm.SHA256.newDigest().digest(text));
    }

    /** As {@link #toBytes} gave it. */
    static TokenDigest ofBytes(byte[] sha256) {
        return new TokenDigest(sha256.clone());
    }

    public byte[] toBytes() {
        return sha256.clone();
    }

    /** Whether both are of the same token, in constant time. */
    public boolean matches(TokenDigest other) {
        return MessageDigest.isEqual(sha256, other.sha256);
    }
}
