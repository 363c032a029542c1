package io.narthex.scrub;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobStore;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a week whether the bytes of each row are there, and hides what lacks them. (Bytes without a row are the sweep's.)
 */
@ApplicationScoped
public class ReconcileJob implements Job {
    private static final int PAGE = 500;

    @Inject
    private BlobStore blobs;

    @Inject
    private ScrubRows rows;

    @Inject
    private ScrubFindings findings;

    @Inject
    private ScrubHalt halt;

    private final Schedule schedule = new Schedule(7, TimeUnit.DAYS);
    private final AtomicBoolean asked = new AtomicBoolean();

    /** How far a run is, in its checkpoint: the last row, how many were looked at, how many lacked their bytes. */
    private record Position(long id, long looked, long missing) {
        static Position parse(String checkpoint) {
            String[] parts = checkpoint.split(" ", -1);
            return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }

        Position behind(StoredFile file, boolean isMissing) {
            return new Position(file.id(), looked + 1, missing + (isMissing ? 1 : 0));
        }

        String text() {
            return id + " " + looked + " " + missing;
        }
    }

    @Override
    public String name() {
        return "reconcile";
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
        return !halt.isSet() && schedule.isDue();
    }

    @Override
    public void asked() {
        asked.set(true);
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        boolean halted = ScrubHalt.CHECKPOINT.equals(checkpoint);
        // it is one server that has stopped; another one begins anew
        if (halted && !asked.get() && halt.stops(false)) {
            throw ScrubHalt.failure();
        }
        boolean byHand = asked.getAndSet(false);
        if (checkpoint != null && !halted && !byHand) {
            return look(Position.parse(checkpoint));
        }
        if (halt.stops(byHand)) {
            schedule.finished();
            return new JobPage(null, 0, 0, 0, 0);
        }
        return look(new Position(0, 0, 0));
    }

    private JobPage look(Position from) {
        List<StoredFile> files = rows.behind(from.id(), PAGE);
        Position to = from;
        for (StoredFile file : files) {
            boolean missing = isMissing(file);
            if (missing && FindingBound.isPassed(to.looked() + 1, to.missing())) {
                halt.set(name(), to.looked() + 1, to.missing());
                return page(ScrubHalt.CHECKPOINT, from, to);
            }
            if (missing) {
                findings.quarantine(file, ScrubFindings.Kind.MISSING, null);
            }
            to = to.behind(file, missing);
        }
        if (files.size() < PAGE) {
            schedule.finished();
            return page(null, from, to);
        }
        return page(to.text(), from, to);
    }

    private static JobPage page(@Nullable String checkpoint, Position from, Position to) {
        return new JobPage(checkpoint, to.looked() - from.looked(), 0, 0, to.missing() - from.missing());
    }

    /** Asked twice, with the row held in between: its bytes go only behind it. */
    private boolean isMissing(StoredFile file) {
        return isAbsent(file) && rows.isThere(file) && isAbsent(file);
    }

    /** A storage that cannot be asked ends the run: unreadable is not missing. */
    private boolean isAbsent(StoredFile file) {
        try {
            Optional<Blob> found = file.open(blobs, false);
            found.ifPresent(Blob::close);
            return found.isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
