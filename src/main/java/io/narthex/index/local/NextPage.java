package io.narthex.index.local;

import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.NixDatabase;
import io.narthex.localstore.NixPage;
import io.narthex.nix.store.StoreDir;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads and signs a page of new paths while the page before it is written: the database is at work with one while all
 * processors sign the other. Used by one run of the reindex job at a time.
 */
@ApplicationScoped
class NextPage {
    private static final System.Logger LOG = System.getLogger(NextPage.class.getName());

    @Inject
    private LocalStore store;

    @Inject
    private PathSigner signer;

    private @Nullable Prepared prepared;

    /**
     * A page that is read and signed.
     *
     * @param rows what Nix says
     * @param signed its paths, in the same order
     */
    record Page(NixPage rows, List<SignedRow> signed) {}

    /** @param stamp that of Nix's database before it was read */
    private record Prepared(long afterId, long stamp, List<KeyRing.Member> keys, CompletableFuture<Page> page) {}

    /** Begins with the page behind a row number. */
    void prepare(long afterId, int limit, List<KeyRing.Member> keys) {
        NixDatabase nix = store.database();
        StoreDir storeDir = store.storeDir();
        long stamp = nix.stamp();
        CompletableFuture<Page> page = signer.later(() -> nix.whole(afterId, limit))
                .thenCompose(rows -> signer.later(storeDir, keys, rows.paths()).thenApply(all -> new Page(rows, all)));
        prepared = new Prepared(afterId, stamp, keys, page);
    }

    /** The page behind a row number; empty unless it was prepared with these keys and Nix's database stands since then. */
    Optional<Page> take(long afterId, List<KeyRing.Member> keys) {
        Prepared taken = prepared;
        prepared = null;
        if (taken == null
                || taken.afterId != afterId
                || !taken.keys.equals(keys)
                || taken.stamp != store.database().stamp()) {
            return Optional.empty();
        }
        try {
            return Optional.of(taken.page.join());
        } catch (CompletionException e) {
            // the caller does it itself, and sees then what is wrong
            LOG.log(System.Logger.Level.DEBUG, "event=page-not-prepared cause={0}", e.toString());
            return Optional.empty();
        }
    }
}
