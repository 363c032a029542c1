package io.narthex.receive;

import io.narthex.access.PushRight;
import io.narthex.cache.Cache;
import io.narthex.cache.ReferenceCheck;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.util.Collection;
import java.util.List;

/**
 * What a narinfo claims of a path, judged by the cache as it is set now.
 *
 * @param right to publish it
 * @param asked the hash in the URL
 * @param fileName of the file that the narinfo names
 */
record Claim(PushRight right, StorePathHash asked, NarInfo info, String fileName) {
    /**
     * What is claimed of a cache that takes uploads.
     *
     * @throws RefusedException where it takes none, or the narinfo can name no file
     */
    static Claim of(PushRight right, StorePathHash asked, NarInfo info) {
        PublishPolicy.requireUploads(right.cache());
        return new Claim(right, asked, info, PublishPolicy.fileOf(info).toString());
    }

    Cache cache() {
        return right.cache();
    }

    /** @throws RefusedException where the narinfo speaks of another path than is asked for */
    void requirePath() {
        PublishPolicy.checkPath(cache().storeDir(), asked, info);
    }

    /** @throws RefusedException where the narinfo says anything else than what was found true of its file */
    void requireTrue(NarFacts facts) {
        PublishPolicy.checkTrue(cache().storeDir(), asked, info, facts);
    }

    /**
     * The same with the signatures that the cache keeps, to be published as long as the keys stand by which they were judged.
     *
     * @throws RefusedException where one of them is false, or one is lacking
     */
    Claim signed(KeyRing ring) {
        SignaturePolicy policy = SignaturePolicy.of(cache(), ring.of(cache()));
        return new Claim(right.trusting(policy.required()), asked, info.withSignatures(policy.keep(info)), fileName);
    }

    /** Paths that the cache must have. */
    Collection<StorePath> wanted() {
        return cache().references() == ReferenceCheck.LENIENT ? List.of() : PublishPolicy.otherReferences(info);
    }

    /** Its file was not uploaded. */
    RefusedException lacksItsFile() {
        return Refusal.NO_SUCH_NAR.because(Refusal.shown(info.url()));
    }
}
