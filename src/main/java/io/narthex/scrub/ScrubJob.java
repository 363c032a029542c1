package io.narthex.scrub;

import io.narthex.blob.BlobStore;
import io.narthex.configuration.Settings;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads stored files again, oldest proof first, at a bounded rate. By itself it reads what was not proved for a week; a run that
 * somebody asks for reads everything.
 */
@ApplicationScoped
public class ScrubJob implements Job {
    /** Bits go bad over months. */
    private static final Duration PROVED_EVERY = Duration.ofDays(7);

    /** Files of a page, so that many small ones end it too. */
    private static final int PAGE = 200;

    private static final long BYTES_OF_MEGABYTE = 1_000_000;

    @Inject
    private Settings settings;

    @Inject
    private BlobStore blobs;

    @Inject
    private ScrubRows rows;

    @Inject
    private ScrubFindings findings;

    @Inject
    private ScrubHalt halt;

    private final Schedule schedule = new Schedule(1, TimeUnit.HOURS);
    private final AtomicBoolean asked = new AtomicBoolean();

    /** A file that is longer than a page. Only the run uses it, of which there is one. */
    private @Nullable FileProof current;

    @Override
    public String name() {
        return "scrub";
    }

    @Override
    public String subject() {
        return "uploads";
    }

    @Override
    public boolean due() {
        return settings.scrubMegabytes() > 0 && !halt.isSet() && schedule.isDue();
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
        boolean all = asked.getAndSet(false);
        if (checkpoint != null && !halted && !all) {
            return read(ScrubRun.parse(checkpoint));
        }
        if (settings.scrubMegabytes() == 0 || halt.stops(all)) {
            return ended();
        }
        return read(ScrubRun.begin(all ? rows.now() : rows.now().minus(PROVED_EVERY)));
    }

    private JobPage ended() {
        rows.tidy();
        schedule.finished();
        return new JobPage(null, 0, 0, 0, 0);
    }

    private JobPage read(ScrubRun from) {
        List<StoredFile> files = rows.oldest(from, PAGE);
        if (files.isEmpty()) {
            return ended();
        }
        long begun = System.nanoTime();
        long rate = settings.scrubMegabytes() * BYTES_OF_MEGABYTE;
        long left = rate;
        ScrubRun run = from;
        List<Long> proved = new ArrayList<>();
        for (StoredFile file : files) {
            FileProof proof = proofOf(file);
            FileProof.Result result = new FileProof.Result.Unfinished();
            while (left > 0 && result instanceof FileProof.Result.Unfinished) {
                long before = proof.read();
                result = proof.go(left);
                left -= proof.read() - before;
            }
            if (result instanceof FileProof.Result.Unfinished) {
                break;
            }
            closeCurrent();
            if (result instanceof FileProof.Result.Wrong && FindingBound.isPassed(run.read() + 1, run.wrong())) {
                rows.proved(proved);
                halt.set(name(), run.read() + 1, run.wrong());
                return page(ScrubHalt.CHECKPOINT, from, run);
            }
            judge(file, result, proved);
            run = run.behind(file, result instanceof FileProof.Result.Wrong);
        }
        rows.proved(proved);
        pace(begun, rate - left, rate);
        return page(run.text(), from, run);
    }

    private static JobPage page(String checkpoint, ScrubRun from, ScrubRun to) {
        return new JobPage(checkpoint, to.read() - from.read(), 0, 0, to.wrong() - from.wrong());
    }

    private void judge(StoredFile file, FileProof.Result result, List<Long> proved) {
        switch (result) {
            case FileProof.Result.Right right -> proved.add(file.id());
            case FileProof.Result.Wrong wrong -> findings.quarantine(file, ScrubFindings.Kind.WRONG, wrong.actual());
            case FileProof.Result.Unreadable unreadable -> {
                // the sweep may have taken it meanwhile
                if (rows.isThere(file)) {
                    findings.unreadable(file);
                }
            }
            case FileProof.Result.Unfinished unfinished -> {}
        }
    }

    private FileProof proofOf(StoredFile file) {
        FileProof known = current;
        if (known != null && known.isOf(file)) {
            return known;
        }
        closeCurrent();
        FileProof made = new FileProof(blobs, file);
        current = made;
        return made;
    }

    private void closeCurrent() {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    /** Waits until so many bytes were to be read. */
    private static void pace(long begun, long bytes, long rate) {
        long due = bytes * TimeUnit.SECONDS.toNanos(1) / rate;
        long early = due - (System.nanoTime() - begun);
        if (early > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(early);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
