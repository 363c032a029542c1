package io.narthex.console.oidc;

import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * One log-in on its way to the provider and back. All that must be known again when the browser returns is computed from 256
 * random bits that only its cookie holds.
 */
public final class Attempt {
    /** Behind the state itself, the page that comes then. */
    private static final char BETWEEN = '.';

    private final byte[] bits;

    /** @param bits of the cookie */
    public Attempt(byte[] bits) {
        this.bits = bits.clone();
    }

    /**
     * What the provider sends back with the browser (RFC 6749, 10.12), and where that leads then.
     *
     * @param next a page of the console, or empty
     */
    public String state(String next) {
        return secret("state:" + next) + BETWEEN + base64(next.getBytes(StandardCharsets.UTF_8));
    }

    /** Where to go then; empty for a state that is none of this log-in. In constant time. */
    public Optional<String> next(String state) {
        int end = state.indexOf(BETWEEN);
        try {
            String next = new String(Base64.getUrlDecoder().decode(state.substring(end + 1)), StandardCharsets.UTF_8);
            boolean own = MessageDigest.isEqual(
                    state(next).getBytes(StandardCharsets.UTF_8), state.getBytes(StandardCharsets.UTF_8));
            return own ? Optional.of(next) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not in Base64
        }
    }

    /** What the identity token must have (OpenID Connect Core 1.0, 3.1.2.1). */
    public String nonce() {
        return secret("nonce:");
    }

    /** What shows the provider that the code comes back to who asked for it (RFC 7636). */
    public String verifier() {
        return secret("verifier:");
    }

    /** What the provider is told of it beforehand, by the method S256. */
    public String challenge() {
        return base64(digest(verifier().getBytes(StandardCharsets.US_ASCII)));
    }

    private String secret(String what) {
        MessageDigest sha256 = HashAlgorithm.SHA256.newDigest();
        sha256.update(bits);
        sha256.update(what.getBytes(StandardCharsets.UTF_8));
        return base64(sha256.digest());
    }

    private static byte[] digest(byte[] text) {
        return HashAlgorithm.SHA256.newDigest().digest(text);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "***";
    }
}
