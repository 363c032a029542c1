package io.narthex.push;

import io.narthex.cache.Cache;
import io.narthex.cache.ForeignSignatures;
import io.narthex.key.KeyRing;
import io.narthex.key.PublishedKey;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which signatures of a pushed narinfo are kept. One that claims the name of a key we know, our own or a trusted one,
 * must verify: a client would believe the name, and a wrong one shows a lie or a mix-up. One by an unknown key cannot be
 * judged.
 *
 * @param own keys of the cache, in whatever state; what they signed is not foreign and is made here anew
 * @param trusted keys that the cache's settings name
 */
public record SignaturePolicy(ForeignSignatures foreign, List<PublicKey> own, List<PublicKey> trusted) {
    /** Many more than anybody has keys; a client reads each with every path. */
    public static final int MAX_SIGNATURES = 64;

    public SignaturePolicy {
        own = List.copyOf(own);
        trusted = List.copyOf(trusted);
    }

    /** That of a cache. */
    static SignaturePolicy of(Cache cache, KeyRing.Ring ring) {
        List<PublicKey> own = ring.all().stream().map(PublishedKey::publicKey).toList();
        List<PublicKey> trusted = cache.trustedPublicKeys().stream()
                .filter(key -> !ring.isRevoked(key))
                .toList();
        return new SignaturePolicy(cache.foreignSignatures(), own, trusted);
    }

    /**
     * The foreign signatures to store, sorted and distinct.
     *
     * @param info whose facts were found true; its fingerprint is what the signatures cover
     * @throws PushException.TooManySignatures beyond {@link #MAX_SIGNATURES}
     * @throws PushException.FalseSignature where one claims a known key's name and does not verify
     * @throws PushException.NotTrusted where one by a trusted key is wanted and missing
     */
    public List<Signature> keep(NarInfo info) {
        return keep(info.signatures(), Fingerprint.of(info));
    }

    /**
     * The same for any text that is signed.
     *
     * @param message what the signatures cover
     */
    public List<Signature> keep(List<Signature> signatures, byte[] message) {
        limit(signatures);
        signatures.forEach(signature -> requireTrue(own, signature, message));
        List<Signature> strangers = signatures.stream()
                .filter(signature -> !isNamed(own, signature))
                .toList();
        return switch (foreign) {
            case DROP -> List.of();
            case KEEP -> {
                strangers.forEach(signature -> requireTrue(trusted, signature, message));
                yield strangers;
            }
            case REQUIRE_TRUSTED -> {
                strangers.forEach(signature -> requireTrue(trusted, signature, message));
                if (strangers.stream().noneMatch(signature -> isNamed(trusted, signature))) {
                    throw new PushException.NotTrusted(
                            trusted.stream().map(PublicKey::name).distinct().toList());
                }
                yield strangers;
            }
        };
    }

    /**
     * What is stored and what is new, sorted and distinct.
     *
     * @throws PushException.TooManySignatures beyond {@link #MAX_SIGNATURES} together
     */
    public static List<Signature> merge(Collection<Signature> stored, Collection<Signature> kept) {
        List<Signature> merged = Stream.concat(stored.stream(), kept.stream())
                .sorted()
                .distinct()
                .toList();
        limit(merged);
        return merged;
    }

    private static void limit(List<Signature> signatures) {
        if (signatures.size() > MAX_SIGNATURES) {
            throw new PushException.TooManySignatures(MAX_SIGNATURES);
        }
    }

    private static boolean isNamed(List<PublicKey> keys, Signature signature) {
        return keys.stream().anyMatch(key -> key.name().equals(signature.keyName()));
    }

    private static void requireTrue(List<PublicKey> keys, Signature signature, byte[] message) {
        if (isNamed(keys, signature) && keys.stream().noneMatch(key -> key.verify(message, signature))) {
            throw new PushException.FalseSignature(signature.keyName());
        }
    }
}
