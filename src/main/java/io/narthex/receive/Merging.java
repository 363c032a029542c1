package io.narthex.receive;

import io.narthex.access.PushRight;
import io.narthex.cache.Cache;
import io.narthex.index.StoredNar;
import io.narthex.index.upload.Publications;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Adds signatures of others to a path that a cache has. Each call is one transaction, which holds the right. */
@ApplicationScoped
@Retried
@Transactional
class Merging {
    /** Of paths that are missing: more would only make the sentence unreadable. */
    private static final int NAMED = 10;

    @Inject
    private Publications publications;

    @Inject
    private KeyRing ring;

    /**
     * Merges what was pushed into the path that was pushed before.
     *
     * @param pushed with the signatures that the cache keeps
     * @param file that it names
     * @param missing what the path refers to and the cache lacks; the reason if the path is not there
     * @return false where nothing is missing but the path or its file: somebody has deleted it since
     * @throws RefusedException where the two are not the same
     */
    boolean merge(PushRight right, StorePathHash asked, NarInfo pushed, StoredNar file, List<StorePath> missing) {
        publications.hold(right);
        Optional<Publications.Published> found = publications.find(right.cache(), asked);
        if (found.isEmpty() && missing.isEmpty()) {
            return false;
        }
        Publications.Published published = found.orElseThrow(() -> lacking(missing));
        NarInfo known = published.facts();
        PublishPolicy.checkSame(known, pushed);
        if (!known.url().equals(pushed.url()) && !publications.keepFile(right.cache(), published, file)) {
            return false;
        }
        if (known.contentAddress().isEmpty()) {
            pushed.contentAddress().ifPresent(address -> publications.address(right.cache(), published, address));
        }
        SignaturePolicy.merge(published.facts().signatures(), pushed.signatures());
        publications.sign(right.cache(), published, pushed.signatures());
        return true;
    }

    private static RefusedException lacking(List<StorePath> missing) {
        String named = missing.stream().limit(NAMED).map(StorePath::baseName).collect(Collectors.joining(" "));
        String others = missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : "";
        return Refusal.MISSING_REFERENCES.because(named, others);
    }

    /** Merges into a path of the machine's store, without its NAR. */
    void signLocal(PushRight right, NarInfo local, NarInfo info) {
        Cache cache = right.cache();
        SignaturePolicy policy = SignaturePolicy.of(cache, ring.of(cache));
        List<Signature> kept = policy.keep(info);
        publications.hold(right.trusting(policy.required()));
        SignaturePolicy.merge(local.signatures(), kept);
        publications.signLocal(cache, local, kept);
    }
}
