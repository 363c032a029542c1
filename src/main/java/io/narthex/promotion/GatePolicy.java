package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.cache.ForeignSignatures;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Decides whether a path passes the gates of a cache, and which signatures of others go with it: a pure function. */
final class GatePolicy {
    private final Cache target;
    private final List<PublicKey> required;
    private final List<PublicKey> trusted;
    private final Predicate<PublicKey> revoked;
    private final Instant now;

    /** @param revoked whether a key counts no more */
    GatePolicy(Cache target, Predicate<PublicKey> revoked, Instant now) {
        this.target = target;
        this.required = target.gates().requiredSignatures();
        this.trusted = target.foreignSignatures() == ForeignSignatures.REQUIRE_TRUSTED
                ? target.trustedPublicKeys()
                : List.of();
        this.revoked = revoked;
        this.now = now;
    }

    /** Whether it looks at signatures, those of the source's keys among them. */
    boolean asksForSignatures() {
        return !required.isEmpty() || !trusted.isEmpty();
    }

    /** The keys by whose signatures it decides: they must not be revoked meanwhile. */
    List<PublicKey> keys() {
        return Stream.concat(required.stream(), trusted.stream()).distinct().toList();
    }

    /** Why a path does not pass; each signature is verified, and found by that and not by its name. */
    List<String> failures(ClosurePath path, byte[] fingerprint) {
        List<String> failures = new ArrayList<>();
        for (PublicKey key : required) {
            if (revoked.test(key)) {
                failures.add("the required key " + key.name() + " is revoked");
            } else if (signature(path, fingerprint, key).isEmpty()) {
                failures.add("it has no signature by the required key " + key.name());
            }
        }
        boolean asked = target.foreignSignatures() == ForeignSignatures.REQUIRE_TRUSTED;
        if (asked
                && trusted.stream()
                        .noneMatch(key -> !revoked.test(key)
                                && signature(path, fingerprint, key).isPresent())) {
            failures.add("it has no signature by a key that the cache trusts");
        }
        Instant ripe = path.since().plus(Duration.ofHours(target.gates().minimumAgeHours()));
        if (now.isBefore(ripe)) {
            failures.add("it is too young: the cache takes it from " + ripe + " on");
        }
        return failures;
    }

    /** Those that the target shows beside its own: what it keeps of others, and those that it required. */
    List<Signature> kept(ClosurePath path, byte[] fingerprint) {
        TreeSet<Signature> kept = new TreeSet<>();
        if (target.foreignSignatures() != ForeignSignatures.DROP) {
            kept.addAll(path.foreign());
        }
        keys().stream()
                .flatMap(key -> signature(path, fingerprint, key).stream())
                .forEach(kept::add);
        return List.copyOf(kept);
    }

    private static Optional<Signature> signature(ClosurePath path, byte[] fingerprint, PublicKey key) {
        return Stream.concat(path.foreign().stream(), path.ours().stream())
                .filter(signature -> key.made(fingerprint, signature))
                .map(signature -> new Signature(key.name(), signature.bytes()))
                .findFirst();
    }
}
