package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tells which signatures are by keys that a cache knows: its own, in whatever state, and the revoked ones of the
 * server. A name says nothing, since anybody may give a key any name: the signature is verified. Thread-safe.
 */
final class KnownKeys {
    /**
     * So many dead keys are tried on a signature whatever its name: each costs a tenth of a millisecond. Who rotates imported
     * keys once a year gets there in a lifetime.
     */
    private static final int OTHER_NAMES = 32;

    private final Map<String, PublicKey> own;
    /** Dead, and others may have signed by them in other names. */
    private final List<PublicKey> deadElsewhere;

    private final Supplier<RevokedKeys> revoked;

    /** @param all every key that the cache ever had, the oldest first */
    KnownKeys(Collection<PublishedKey> all, Supplier<RevokedKeys> revoked) {
        this.own = all.stream()
                .map(PublishedKey::publicKey)
                .collect(Collectors.toUnmodifiableMap(PublicKey::name, key -> key));
        List<PublicKey> dead = all.stream()
                .filter(key -> key.elsewhere() && !key.state().isPublished())
                .map(PublishedKey::publicKey)
                .toList();
        this.deadElsewhere = dead.subList(Math.max(0, dead.size() - OTHER_NAMES), dead.size());
        this.revoked = revoked;
    }

    /** @param signed what the signature is said to cover */
    boolean haveMade(Signature signature, byte[] signed) {
        PublicKey named = own.get(signature.keyName());
        return (named != null && named.made(signed, signature))
                || deadElsewhere.stream().anyMatch(key -> key.made(signed, signature))
                || revoked.get().haveMade(signature, signed);
    }
}
