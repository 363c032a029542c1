package io.narthex.push;

import io.narthex.cache.Cache;
import io.narthex.cache.ReferenceCheck;
import io.narthex.index.Publications;
import io.narthex.index.ReceivedFile;
import io.narthex.index.ReceivedFiles;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one transaction that publishes a path: the row, our signatures and what tells other nodes, or nothing. */
@ApplicationScoped
class Publication {
    @Inject
    private ReceivedFiles files;

    @Inject
    private Publications publications;

    @Inject
    private KeyRing ring;

    @Inject
    private LocalStore store;

    /**
     * Publishes or merges; tells whether the path is new.
     *
     * @param local the path as the machine's store has it, where the cache shows that; whose signatures may be merged
     *     without its NAR
     */
    @Transactional
    boolean publish(
            Cache cache,
            StorePathHash asked,
            NarInfo info,
            String fileName,
            Optional<NarInfo> local,
            @Nullable Long by) {
        PushPolicy.checkPath(cache.storeDir(), asked, info);
        local.ifPresent(here -> PushPolicy.checkSame(here, info));
        Optional<ReceivedFile> received = files.claim(cache.id(), fileName);
        if (received.isEmpty() && local.isPresent()) {
            sign(cache, local.get(), info);
            return false;
        }
        ReceivedFile file = received.orElseThrow(() -> new PushException.NoSuchNar(info.url()));
        PushPolicy.checkTrue(cache.storeDir(), asked, info, NarIntake.facts(file));
        List<Signature> kept = SignaturePolicy.of(cache, ring.of(cache)).keep(info);
        // most paths are new: what is there already is asked for last
        List<StorePath> missing = missingReferences(cache, info);
        if (missing.isEmpty() && publications.publish(cache, with(info, kept), file.nar(), by)) {
            return true;
        }
        Publications.Published published =
                publications.find(cache, asked).orElseThrow(() -> new PushException.MissingReferences(missing));
        PushPolicy.checkSame(published.facts(), info);
        SignaturePolicy.merge(published.facts().signatures(), kept);
        publications.sign(cache, published, kept);
        return false;
    }

    private void sign(Cache cache, NarInfo local, NarInfo info) {
        List<Signature> kept = SignaturePolicy.of(cache, ring.of(cache)).keep(info);
        SignaturePolicy.merge(local.signatures(), kept);
        publications.signLocal(cache, local, kept);
    }

    private List<StorePath> missingReferences(Cache cache, NarInfo info) {
        if (cache.references() == ReferenceCheck.LENIENT) {
            return List.of();
        }
        return publications.missing(cache, PushPolicy.otherReferences(info)).stream()
                .filter(path -> !(cache.showsLocalStore()
                        && store.database().find(path.hash()).isPresent()))
                .toList();
    }

    private static NarInfo with(NarInfo info, List<Signature> signatures) {
        return new NarInfo(
                info.storeDir(),
                info.storePath(),
                info.url(),
                info.compression(),
                info.fileHash(),
                info.fileSize(),
                info.narHash(),
                info.narSize(),
                info.references(),
                info.deriver(),
                signatures,
                info.contentAddress());
    }
}
