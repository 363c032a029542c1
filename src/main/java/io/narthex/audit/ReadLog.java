package io.narthex.audit;

import io.narthex.configuration.AuditAddresses;
import io.narthex.nix.store.StorePath;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Collects what was read until {@link ReadWriter} writes it to the database. Any thread may add to it, those that must
 * not block too: it takes no lock, asks nobody, and its memory is bounded.
 */
public final class ReadLog {
    /** Some 150 bytes each. */
    static final int MOST_DOWNLOADS = 50_000;
    /** Narinfos that were asked for since the last writing, some 100 bytes each. */
    static final int MOST_PATHS = 200_000;

    private final boolean on;
    private final AuditAddresses addresses;
    private final Queue<Download> downloads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingDownloads = new AtomicInteger();
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingPaths = new AtomicInteger();
    private final LongAdder droppedDownloads = new LongAdder();
    private final LongAdder droppedHits = new LongAdder();
    /** By the cache's number: these are given out one after the other. */
    private volatile Missed[] misses = new Missed[0];

    /** A narinfo that was asked for. */
    record Asked(HitCount count, int tenantId, int cacheId, String path) {}

    /** What one cache was asked for and did not have. */
    record Missed(int tenantId, int cacheId, LongAdder count) {}

    /**
     * Empty.
     *
     * @param on false: nothing is kept
     */
    public ReadLog(boolean on, AuditAddresses addresses) {
        this.on = on;
        this.addresses = addresses;
    }

    /** A narinfo was asked for, and there. */
    public void hit(HitCount count, int tenantId, int cacheId, StorePath path) {
        if (!on || !count.add()) {
            return;
        }
        if (waitingPaths.incrementAndGet() > MOST_PATHS) {
            waitingPaths.decrementAndGet();
            droppedHits.add(count.take());
        } else {
            asked.add(new Asked(count, tenantId, cacheId, path.baseName()));
        }
    }

    /** A narinfo was asked for that is not there. */
    public void miss(int tenantId, int cacheId) {
        if (on) {
            Missed[] known = misses;
            Missed missed = cacheId < known.length ? known[cacheId] : null;
            (missed == null ? addCache(tenantId, cacheId) : missed).count.increment();
        }
    }

    private synchronized Missed addCache(int tenantId, int cacheId) {
        Missed[] known = misses;
        if (cacheId < known.length && known[cacheId] != null) {
            return known[cacheId];
        }
        Missed[] more = Arrays.copyOf(known, Math.max(known.length, cacheId + 1));
        Missed made = new Missed(tenantId, cacheId, new LongAdder());
        more[cacheId] = made;
        misses = more;
        return made;
    }

    /** As much of a client's address as is kept. */
    public @Nullable InetAddress kept(@Nullable InetAddress address) {
        return addresses.kept(address);
    }

    /** A NAR's sending came to its end, whichever. */
    public void downloaded(Download download) {
        if (!on) {
            return;
        }
        if (waitingDownloads.incrementAndGet() > MOST_DOWNLOADS) {
            waitingDownloads.decrementAndGet();
            droppedDownloads.increment();
        } else {
            downloads.add(download);
        }
    }

    /** How many downloads wait to be written down. */
    int waitingDownloads() {
        return waitingDownloads.get();
    }

    /** Takes so many at most. */
    List<Download> takeDownloads(int most) {
        List<Download> taken = new ArrayList<>();
        Download next = null;
        while (taken.size() < most && (next = downloads.poll()) != null) {
            taken.add(next);
        }
        waitingDownloads.addAndGet(-taken.size());
        return taken;
    }

    /** What could not be written waits again, as far as there is room. */
    void giveBack(List<Download> unwritten) {
        unwritten.forEach(this::downloaded);
    }

    List<Asked> takeAsked() {
        List<Asked> taken = new ArrayList<>();
        Asked next = null;
        while (taken.size() < MOST_PATHS && (next = asked.poll()) != null) {
            taken.add(next);
        }
        waitingPaths.addAndGet(-taken.size());
        return taken;
    }

    /** Each cache that has misses; their counts go on. */
    List<Missed> missed() {
        List<Missed> all = new ArrayList<>();
        for (Missed one : misses) {
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    void dropHits(long number) {
        droppedHits.add(number);
    }

    /** How many were dropped since this was asked last: downloads, hits. */
    long[] takeDropped() {
        return new long[] {droppedDownloads.sumThenReset(), droppedHits.sumThenReset()};
    }
}
