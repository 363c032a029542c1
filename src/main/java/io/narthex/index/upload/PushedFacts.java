package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.index.local.LocalSignatures;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.TreeSet;

/** Reads the facts of a pushed path, as its narinfo has them. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class PushedFacts {
    @Inject
    private LocalSignatures local;

    /**
     * With the signatures of others alone: those that came with it, and those that were pushed while the path lay in the
     * machine's store only. They are kept apart, since they are told of the store's path too when this one is deleted.
     */
    NarInfo of(Cache cache, UploadEntity entity) {
        NarInfo facts = entity.facts(cache.storeDir());
        if (!cache.whole().showsLocalStore()) {
            return facts;
        }
        List<Signature> before = local.find(cache.id(), facts.storePath().hash(), Fingerprint.of(facts));
        if (before.isEmpty()) {
            return facts;
        }
        TreeSet<Signature> all = new TreeSet<>(facts.signatures());
        all.addAll(before);
        return facts.withSignatures(List.copyOf(all));
    }
}
