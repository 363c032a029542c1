package io.narthex.push;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.index.ReceivedFile;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The files that this node has received lately: those that it is making durable, and what they are. Thread-safe. */
@ApplicationScoped
public class PendingNars {
    /** Much longer than a disk takes that works; a client gives up after five minutes. */
    private static final long PATIENCE_SECONDS = 120;

    private static final System.Logger LOG = System.getLogger(PendingNars.class.getName());

    /** Clients claim a file at once, or when all of a closure are there. */
    private static final int KNOWN = 20_000;

    private final Map<Name, CompletableFuture<?>> pending = new ConcurrentHashMap<>();
    private final Cache<Name, ReceivedFile> known =
            Caffeine.newBuilder().maximumSize(KNOWN).build();

    private record Name(int cacheId, String fileName) {}

    /** @param kept the file, once it is durable and its row is there; empty where the cache had one of that name */
    void add(int cacheId, String fileName, CompletableFuture<Optional<ReceivedFile>> kept) {
        Name name = new Name(cacheId, fileName);
        CompletableFuture<?> remembered = kept.thenAccept(file -> file.ifPresent(f -> known.put(name, f)));
        pending.put(name, remembered);
        CompletableFuture<?> unused = remembered.whenComplete((done, failure) -> {
            pending.remove(name, remembered);
            if (failure != null) {
                LOG.log(System.Logger.Level.ERROR, "event=upload-not-kept file=" + fileName, failure);
            }
        });
    }

    boolean isKnown(int cacheId, String fileName) {
        return pending.containsKey(new Name(cacheId, fileName));
    }

    /** What is known of a file that was durable when it was received; it may be gone meanwhile. */
    Optional<ReceivedFile> remembered(int cacheId, String fileName) {
        return Optional.ofNullable(known.getIfPresent(new Name(cacheId, fileName)));
    }

    /** It is gone. */
    void forget(int cacheId, String fileName) {
        known.invalidate(new Name(cacheId, fileName));
    }

    /**
     * Waits until the file, if it is on its way, is durable and its row is there.
     *
     * @return false where it failed: the file has to be pushed again
     */
    boolean await(int cacheId, String fileName) {
        CompletableFuture<?> kept = pending.get(new Name(cacheId, fileName));
        if (kept == null) {
            return true;
        }
        try {
            kept.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
