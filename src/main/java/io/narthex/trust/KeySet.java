package io.narthex.trust;

import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** The public keys of an issuer (RFC 7517). Immutable. */
final class KeySet {
    /** The large services have fewer than ten. */
    private static final int MOST = 100;

    private final List<JsonWebKey> keys;

    private KeySet(List<JsonWebKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Says that a text is no set of public keys. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String sentence) {
            super(sentence);
        }
    }

    /**
     * Reads a set. Keys of kinds that are not known are left out, as the RFC says; so are symmetric ones.
     *
     * @throws UnusableException where it is none, or tells a private key
     */
    static KeySet parse(String json) throws UnusableException {
        List<JsonWebKey> all;
        try {
            all = new JsonWebKeySet(json).getJsonWebKeys();
        } catch (JoseException | RuntimeException e) {
            throw new UnusableException("it is no set of keys");
        }
        if (all.stream().anyMatch(key -> key instanceof PublicJsonWebKey pair && pair.getPrivateKey() != null)) {
            throw new UnusableException("it has a private key, which nobody but the issuer may know");
        }
        List<JsonWebKey> found =
                all.stream().filter(PublicJsonWebKey.class::isInstance).toList();
        if (found.isEmpty() || found.size() > MOST) {
            throw new UnusableException("it has no public key, or more than " + MOST);
        }
        return new KeySet(found);
    }

    /** Those by which a token may be signed, as far as its header tells. */
    List<JsonWebKey> of(JsonWebSignature token) {
        try {
            List<JsonWebKey> found = new VerificationJwkSelector().selectList(token, keys);
            return found == null ? List.of() : found;
        } catch (JoseException e) {
            return List.of();
        }
    }
}
