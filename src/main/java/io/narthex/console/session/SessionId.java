package io.narthex.console.session;

import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the browser's cookie holds: 256 random bits. Only who has them is in the session. */
public final class SessionId {
    private static final int BYTES = 32;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final byte[] bits;

    private SessionId(byte[] bits) {
        this.bits = bits;
    }

    public static SessionId make(SecureRandom random) {
        byte[] bits = new byte[BYTES];
        random.nextBytes(bits);
        return new SessionId(bits);
    }

    /** Empty for what has not the form of one. */
    public static Optional<SessionId> tryParse(String text) {
        if (!FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SessionId(Base64.getUrlDecoder().decode(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // bits behind the last byte
        }
    }

    /** For the cookie alone. */
    public String reveal() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    public byte[] bits() {
        return bits.clone();
    }

    /** Under which the session is stored. */
    byte[] hash() {
        return HashAlgorithm.SHA256.newDigest().digest(bits);
    }

    /** What the forms of this session's pages carry: made of the id, which cannot be had back from it. */
    public String formToken() {
        MessageDigest sha256 = HashAlgorithm.SHA256.newDigest();
        sha256.update("form:".getBytes(StandardCharsets.US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest(bits));
    }

    /** In constant time. */
    public boolean isFormToken(String text) {
        return MessageDigest.isEqual(
                formToken().getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "***";
    }
}
