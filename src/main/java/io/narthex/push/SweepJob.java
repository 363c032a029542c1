package io.narthex.push;

import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.index.upload.UnclaimedFiles;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.retention.Evicted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Removes what pushes left behind: files that no narinfo claimed within a day, files that nothing refers to any more,
 * and bytes that no row names. A row goes first, its bytes an hour later, so that who reads them comes to the end; sooner where
 * full caches give up so much that it would fill the disk.
 */
@ApplicationScoped
public class SweepJob implements Job {
    private static final long HOURLY_NANOS = TimeUnit.HOURS.toNanos(1);
    /** Nix pushes all NARs of a closure before the first narinfo: that may take hours. */
    private static final Duration CLAIMED_WITHIN = Duration.ofDays(1);
    /** Between a file's row and the one that claims it there is nothing; this is for clocks and long transactions. */
    private static final Duration SETTLED = Duration.ofMinutes(5);
    /** The longest that anybody reads one file whose row is gone. */
    private static final Duration READ_OUT = Duration.ofHours(1);

    private static final int PAGE = 500;

    /** Above the reserve: what comes in a minute or so. */
    private static final long NEARLY_FULL = 1L << 30;

    @Inject
    private UnclaimedFiles files;

    @Inject
    private BlobStore blobs;

    private volatile long finishedAt = System.nanoTime() - HOURLY_NANOS;
    private volatile boolean evicted;

    private enum Step {
        /** On its own, between two whole runs. */
        EVICTED,
        STAGED,
        FURTHER,
        UNREFERENCED,
        DOOMED,
        BYTES
    }

    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public boolean due() {
        return evicted || isHourPast();
    }

    private boolean isHourPast() {
        return System.nanoTime() - finishedAt >= HOURLY_NANOS;
    }

    /** Bytes that are given up by the gigabyte do not wait for the next hour. */
    @Override
    public boolean isPunctual() {
        return true;
    }

    void evicted(@Observes Evicted some) {
        evicted = true;
    }

    @Override
    public void asked() {
        finishedAt = System.nanoTime() - HOURLY_NANOS;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        return switch (checkpoint == null ? first() : Step.valueOf(checkpoint)) {
            case EVICTED -> deleteEvicted();
            case STAGED -> next(Step.STAGED, Step.FURTHER, files.forgetStaged(CLAIMED_WITHIN.toSeconds(), PAGE));
            case FURTHER -> next(Step.FURTHER, Step.UNREFERENCED, files.forgetFurther(PAGE));
            case UNREFERENCED ->
                next(Step.UNREFERENCED, Step.DOOMED, files.doomUnreferenced(SETTLED.toSeconds(), PAGE));
            case DOOMED -> next(Step.DOOMED, Step.BYTES, delete(files.doomed(READ_OUT.toSeconds(), PAGE)));
            case BYTES -> {
                JobPage last = deleteUnnamed();
                finishedAt = System.nanoTime();
                yield last;
            }
        };
    }

    /** A full page may not have been the last. */
    private static JobPage next(Step step, Step following, long removed) {
        return new JobPage((removed < PAGE ? following : step).name(), removed, 0, 0, removed);
    }

    private Step first() {
        return isHourPast() ? Step.STAGED : Step.EVICTED;
    }

    private JobPage deleteEvicted() {
        evicted = false;
        try {
            boolean nearlyFull = blobs.freeBytes() < NEARLY_FULL;
            long deleted = delete(files.doomedEarly(nearlyFull, PAGE));
            return new JobPage(deleted < PAGE ? null : Step.EVICTED.name(), deleted, 0, 0, deleted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long delete(List<String> keys) {
        try {
            for (String key : keys) {
                Optional<BlobKey> file = BlobKey.tryParse(key);
                if (file.isPresent()) {
                    blobs.delete(file.get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.bury(keys);
        return keys.size();
    }

    /** Bytes are written before their row: what is a day old and has none was left by a server that died. */
    private JobPage deleteUnnamed() {
        Instant old = Instant.now().minus(CLAIMED_WITHIN);
        long[] counts = new long[2];
        List<String> batch = new ArrayList<>();
        try {
            blobs.list(old, key -> {
                batch.add(key.text());
                counts[0]++;
                if (batch.size() == PAGE) {
                    counts[1] += deleteUnnamed(batch);
                }
            });
            counts[1] += deleteUnnamed(batch);
            blobs.removeUnfinished(old);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new JobPage(null, counts[0], 0, 0, counts[1]);
    }

    private long deleteUnnamed(List<String> keys) {
        Set<String> named = files.named(keys);
        long deleted = 0;
        try {
            for (String key : keys) {
                if (!named.contains(key)) {
                    blobs.delete(BlobKey.parse(key));
                    deleted++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keys.clear();
        return deleted;
    }
}
