package io.narthex.receive;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.change.DatabaseAwayException;
import io.narthex.http.DatabaseAway;
import io.narthex.index.upload.Durability;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.nix.hash.NixHash;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Knows the files that this node has received lately and is making durable. Thread-safe. */
@ApplicationScoped
public class PendingNars {
    private static final System.Logger LOG = System.getLogger(PendingNars.class.getName());

    /** Clients claim a file at once, or when all of a closure are there. */
    private static final int KNOWN = 20_000;

    private final Map<Name, Pending> pending = new ConcurrentHashMap<>();
    private final Cache<Name, ReceivedFile> known =
            Caffeine.newBuilder().maximumSize(KNOWN).build();

    private record Name(int cacheId, String fileName) {}

    /** @param remembered done once it is kept and known */
    private record Pending(Arrival arrival, CompletableFuture<?> remembered) {}

    void add(int cacheId, String fileName, Arrival arrival) {
        Name name = new Name(cacheId, fileName);
        CompletableFuture<?> remembered = arrival.kept()
                .thenAccept(file -> file.ifPresent(f -> known.put(name, f)))
                .toCompletableFuture();
        Pending entry = new Pending(arrival, remembered);
        pending.put(name, entry);
        CompletableFuture<?> unused = remembered.whenComplete((done, failure) -> {
            pending.remove(name, entry);
            if (failure != null && DatabaseAway.isCauseOf(failure)) {
                // its bytes are durable, and a client was told so
                arrival.again().ifPresent(next -> add(cacheId, fileName, next));
            }
            if (failure != null) {
                LOG.log(System.Logger.Level.ERROR, "event=upload-not-kept file=" + fileName, failure);
            }
        });
    }

    /** Whether a file of that name and hash is on its way. */
    boolean isKnown(int cacheId, String fileName, NixHash fileHash) {
        Pending entry = pending.get(new Name(cacheId, fileName));
        return entry != null && entry.arrival().facts().fileHash().equals(fileHash);
    }

    /** A file that is on its way and that nobody else has taken; who gets it says what came of it. */
    Optional<Arrival> take(int cacheId, String fileName) {
        return Optional.ofNullable(pending.get(new Name(cacheId, fileName)))
                .map(Pending::arrival)
                .filter(Arrival::take);
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
     * @throws DatabaseAwayException where its row cannot be written now, which is tried again
     */
    boolean await(int cacheId, String fileName) {
        Pending entry = pending.get(new Name(cacheId, fileName));
        if (entry == null) {
            return true;
        }
        entry.arrival().hurry();
        if (Durability.await(entry.remembered())) {
            return true;
        }
        Throwable failure = entry.remembered().isCompletedExceptionally()
                ? entry.remembered().exceptionNow()
                : null;
        if (failure != null && DatabaseAway.isCauseOf(failure)) {
            throw new DatabaseAwayException();
        }
        return false;
    }
}
