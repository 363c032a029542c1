package io.narthex.push;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.ReceivedFiles;
import io.narthex.index.SignedPath;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Publishes a path by its narinfo, once the file that this names is durable. Thread-safe. */
@ApplicationScoped
public class Publisher {
    /** How long the row of a file may take that another node has received. */
    private static final long OTHER_NODE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_MILLIS = 100;

    @Inject
    private PendingNars pending;

    @Inject
    private ReceivedFiles files;

    @Inject
    private PathIndex index;

    @Inject
    private Publication publication;

    @Inject
    private ChangeFeed feed;

    /**
     * Publishes a path, or merges signatures into the one that is published; what is returned from survives a power cut.
     *
     * @param asked the hash in the URL
     * @param by the token that pushes; null: the administrator's
     * @return whether the path is new
     * @throws PushException for all that is wrong with it
     */
    public boolean publish(Cache cache, StorePathHash asked, NarInfo info, @Nullable Long by) {
        if (!cache.takesUploads()) {
            throw new PushException.NotTaken(cache.fullName());
        }
        String file = PushPolicy.fileOf(info).toString();
        if (!pending.await(cache.id(), file)) {
            throw new PushException.NoSuchNar(info.url());
        }
        Optional<NarInfo> local = local(cache, asked);
        if (local.isEmpty()) {
            awaitOtherNodes(cache, file);
        }
        return publication.publish(cache, asked, info, file, local, by);
    }

    /** The path as the cache shows it from the machine's store, if it does. */
    private Optional<NarInfo> local(Cache cache, StorePathHash asked) {
        return cache.showsLocalStore()
                ? index.find(cache, asked)
                        .filter(path -> path.source() instanceof NarSource.InLocalStore)
                        .map(SignedPath::facts)
                : Optional.empty();
    }

    private void awaitOtherNodes(Cache cache, String file) {
        long begun = System.nanoTime();
        while (!feed.beat().isAlone()
                && files.find(cache.id(), file).isEmpty()
                && System.nanoTime() - begun < OTHER_NODE_NANOS) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
