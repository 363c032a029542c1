package io.narthex.console.session;

import io.narthex.configuration.Secret;
import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals a text (AES-256-GCM) by a key that is made of a cookie's bits: who reads the database does not read it. The form is 12
 * bytes that were drawn for it, then what the cipher gives.
 */
final class SealedText {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SealedText() {}

    static byte[] seal(Secret text, byte[] bits) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, bits, nonce)
                    .doFinal(text.reveal().getBytes(StandardCharsets.UTF_8));
            byte[] all = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, all, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES", e);
        }
    }

    /** Null for none. */
    static byte @Nullable [] sealIfAny(Optional<Secret> text, byte[] bits) {
        return text.map(each -> seal(each, bits)).orElse(null);
    }

    /** Empty for what these bits have not sealed. */
    static Optional<Secret> open(byte[] sealed, byte[] bits) {
        if (sealed.length < NONCE_BYTES) {
            return Optional.empty();
        }
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(sealed, 0, nonce, 0, NONCE_BYTES);
        try {
            byte[] text =
                    cipher(Cipher.DECRYPT_MODE, bits, nonce).doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            return Optional.of(new Secret(new String(text, StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, byte[] bits, byte[] nonce) throws GeneralSecurityException {
        MessageDigest sha256 = HashAlgorithm.SHA256.newDigest();
        sha256.update("refresh:".getBytes(StandardCharsets.US_ASCII));
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(sha256.digest(bits), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
