package io.narthex.receive;

import io.narthex.cache.Cache;
import io.narthex.cache.ForeignSignatures;
import io.narthex.key.KeyRing;
import io.narthex.key.PublishedKey;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which foreign signatures of a pushed narinfo are kept and which are refused. One in the name of a key that
 * was made here, which is nobody else's, or of a trusted one must verify: a client would believe the name, and a wrong
 * one shows a lie or a mix-up. One by an unknown key cannot be judged.
 *
 * @param made keys of the cache that were made here, in whatever state; what they signed is not foreign and is made anew
 * @param imported keys of the cache from elsewhere, likewise; others may have given keys of theirs the same names
 * @param trusted keys that the cache's settings name
 */
public record SignaturePolicy(
        ForeignSignatures foreign, List<PublicKey> made, List<PublicKey> imported, List<PublicKey> trusted) {
    /** Many more than anybody has keys; a client reads each with every path. */
    public static final int MAX_SIGNATURES = 64;

    public SignaturePolicy {
        made = List.copyOf(made);
        imported = List.copyOf(imported);
        trusted = List.copyOf(trusted);
    }

    /** That of a cache. */
    public static SignaturePolicy of(Cache cache, KeyRing.Ring ring) {
        List<PublicKey> trusted = cache.trustedPublicKeys().stream()
                .filter(key -> !ring.isRevoked(key))
                .toList();
        return new SignaturePolicy(cache.foreignSignatures(), own(ring, false), own(ring, true), trusted);
    }

    /** The trusted keys without whose signature nothing is taken: of what they sign nothing is to be kept once they are revoked. */
    public List<PublicKey> required() {
        return foreign == ForeignSignatures.REQUIRE_TRUSTED ? trusted : List.of();
    }

    private static List<PublicKey> own(KeyRing.Ring ring, boolean imported) {
        return ring.all().stream()
                .filter(key -> key.imported() == imported)
                .map(PublishedKey::publicKey)
                .toList();
    }

    /**
     * The foreign signatures to store, sorted and distinct.
     *
     * @param info whose facts were found true; its fingerprint is what the signatures cover
     * @throws RefusedException {@link Refusal#TOO_MANY_SIGNATURES} beyond {@link #MAX_SIGNATURES}, {@link
     *     Refusal#FALSE_SIGNATURE} where one has a name that is one key's alone, and does not verify, and {@link
     *     Refusal#NOT_TRUSTED} where one by a trusted key is wanted and missing
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
        signatures.forEach(signature -> requireTrue(made, signature, message));
        List<Signature> strangers = signatures.stream()
                .filter(signature -> !isNamed(made, signature) && !isBy(imported, signature, message))
                .toList();
        return switch (foreign) {
            case DROP -> List.of();
            case KEEP -> {
                strangers.forEach(signature -> requireTrue(trusted, signature, message));
                yield strangers;
            }
            case REQUIRE_TRUSTED -> {
                strangers.forEach(signature -> requireTrue(trusted, signature, message));
                // those that are named are true; the cache may sign by a key that it trusts
                if (strangers.stream().noneMatch(signature -> isNamed(trusted, signature))
                        && signatures.stream().noneMatch(signature -> isBy(trusted, signature, message))) {
                    throw Refusal.NOT_TRUSTED.because(
                            trusted.isEmpty()
                                    ? "keys it trusts, and trusts none yet"
                                    : trusted.stream()
                                            .map(PublicKey::name)
                                            .distinct()
                                            .collect(Collectors.joining(" or ")));
                }
                yield strangers;
            }
        };
    }

    /**
     * What is stored and what is new, sorted and distinct.
     *
     * @throws RefusedException beyond {@link #MAX_SIGNATURES} together
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
        limit(signatures.size());
    }

    /** Refuses more than a path or realisation may have. */
    public static void limit(int signatures) {
        if (signatures > MAX_SIGNATURES) {
            throw Refusal.TOO_MANY_SIGNATURES.because(MAX_SIGNATURES);
        }
    }

    private static boolean isNamed(List<PublicKey> keys, Signature signature) {
        return keys.stream().anyMatch(key -> key.name().equals(signature.keyName()));
    }

    private static void requireTrue(List<PublicKey> keys, Signature signature, byte[] message) {
        if (isNamed(keys, signature) && !isBy(keys, signature, message)) {
            throw Refusal.FALSE_SIGNATURE.because(NixFormatException.quote(signature.keyName()));
        }
    }

    private static boolean isBy(List<PublicKey> keys, Signature signature, byte[] message) {
        return keys.stream().anyMatch(key -> key.verify(message, signature));
    }
}
