package io.narthex.console;

import io.narthex.console.format.PageText;
import io.narthex.job.JobHistory;
import io.narthex.job.JobResponse;
import io.narthex.job.RunResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jobs of the server, and how far they are. */
@Named("jobs")
@RequestScoped
public class JobsPage {
    @Inject
    private JobHistory history;

    /**
     * A job.
     *
     * @param state in a word or two
     * @param kind of the state, for its colour
     * @param done part of the work that is done, in percent; null: that is not known, or it does not run
     * @param progress the same in words
     * @param ended when its last run ended
     * @param error of its last run; empty: none
     */
    public record Row(
            String name,
            String subject,
            boolean running,
            String state,
            String kind,
            @Nullable Integer done,
            String progress,
            String ended,
            String error) {}

    public List<Row> getRows() {
        return history.jobs().stream().map(JobsPage::row).toList();
    }

    private static Row row(JobResponse job) {
        RunResponse run = job.lastRun();
        boolean failed = !job.running() && run != null && run.error() != null;
        return new Row(
                job.name(),
                job.subject(),
                job.running(),
                job.running() ? "runs" : run == null ? "has not run yet" : failed ? "failed" : "done",
                job.running() ? "warn" : failed ? "bad" : "good",
                job.running() && run != null ? percent(run) : null,
                run == null ? "" : progress(run, job.running()),
                run == null ? "" : PageText.moment(run.endedAt()),
                run == null || run.error() == null ? "" : run.error());
    }

    private static @Nullable Integer percent(RunResponse run) {
        Long done = run.done();
        Long total = run.total();
        return done == null || total == null || total <= 0 ? null : (int) Math.min(100, done * 100 / total);
    }

    private static String progress(RunResponse run, boolean running) {
        Long done = run.done();
        if (!running || done == null) {
            return PageText.count(run.seen()) + " seen, " + PageText.count(run.added() + run.updated() + run.removed())
                    + " changed";
        }
        String text = PageText.count(done) + (run.total() == null ? "" : " of " + PageText.count(run.total()));
        return run.eta() == null ? text : text + ", until about " + PageText.moment(run.eta());
    }
}
