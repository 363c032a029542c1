package io.narthex.push;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The files that this node has received and is making durable. Thread-safe. */
@ApplicationScoped
public class PendingNars {
    /** Much longer than a disk takes that works; a client gives up after five minutes. */
    private static final long PATIENCE_SECONDS = 120;

    private static final System.Logger LOG = System.getLogger(PendingNars.class.getName());

    private final Map<Name, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();

    private record Name(int cacheId, String fileName) {}

    void add(int cacheId, String fileName, CompletableFuture<Void> kept) {
        Name name = new Name(cacheId, fileName);
        pending.put(name, kept);
        CompletableFuture<Void> unused = kept.whenComplete((done, failure) -> {
            pending.remove(name, kept);
            if (failure != null) {
                LOG.log(System.Logger.Level.ERROR, "event=upload-not-kept file=" + fileName, failure);
            }
        });
    }

    boolean isKnown(int cacheId, String fileName) {
        return pending.containsKey(new Name(cacheId, fileName));
    }

    /**
     * Waits until the file, if it is on its way, is durable and its row is there.
     *
     * @return false where it failed: the file has to be pushed again
     */
    boolean await(int cacheId, String fileName) {
        CompletableFuture<Void> kept = pending.get(new Name(cacheId, fileName));
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
