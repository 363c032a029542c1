package io.narthex.scrub;

import io.narthex.configuration.Settings;
import io.narthex.job.JobFailed;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Knows whether this node has stopped looking, since it had found too much. A run that somebody asks for ends that. Thread-safe. */
@ApplicationScoped
class ScrubHalt {
    /** The checkpoint behind the page that found too much, whose transaction has to be kept. */
    static final String CHECKPOINT = "halted";

    @Inject
    private ScrubRows rows;

    @Inject
    private ScrubFindings findings;

    @Inject
    private Settings settings;

    @Inject
    private Meters meters;

    private volatile boolean halted;

    @PostConstruct
    void start() {
        meters.gauge("narthex.scrub.halted", "1: this node stopped since it had found too much", () -> halted ? 1 : 0);
    }

    /** As far as this node remembers. */
    boolean isSet() {
        return halted;
    }

    /** Whether a run that begins must end at once, unless somebody asked for it. */
    boolean stops(boolean asked) {
        if (asked) {
            rows.resume(settings.name());
            halted = false;
            return false;
        }
        Optional<String> reason = rows.halted(settings.name());
        halted = reason.isPresent();
        return halted;
    }

    /** Stops; the run's next page is to call {@link #failure}. */
    void set(String job, long looked, long found) {
        findings.halt(job, FindingBound.reason(looked, found));
        halted = true;
    }

    static JobFailed failure() {
        return new JobFailed("too many files were found bad in one run: rather this machine's disk or memory is bad."
                + " Nothing more was hidden; look at GET /api/v1/scrub, and start a run by hand to go on");
    }
}
