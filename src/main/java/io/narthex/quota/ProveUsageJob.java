package io.narthex.quota;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts anew once a day what each cache and each tenant holds, and puts right what was counted otherwise; its run says as
 * {@code updated} how many differences it found.
 */
@ApplicationScoped
public class ProveUsageJob implements Job {
    private static final System.Logger LOG = System.getLogger(ProveUsageJob.class.getName());

    /** The page behind the last cache. */
    private static final String TENANTS = "tenants";

    @Inject
    private UsageFunctions functions;

    @Inject
    private Meters meters;

    private LongAdder differences;

    private final Schedule schedule = new Schedule(1, TimeUnit.DAYS);

    @PostConstruct
    void start() {
        differences = meters.counter(
                "narthex.usage.differences", "What the proof of the quotas' counts found counted otherwise");
    }

    @Override
    public String name() {
        return "prove-usage";
    }

    @Override
    public String subject() {
        return "quotas";
    }

    @Override
    public boolean due() {
        return schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        if (TENANTS.equals(checkpoint)) {
            long wrong = told(functions.proveTenants(), "tenants");
            schedule.finished();
            return new JobPage(null, 0, 0, wrong, 0);
        }
        OptionalInt cache = functions.cacheAfter(checkpoint == null ? 0 : Integer.parseInt(checkpoint));
        if (cache.isEmpty()) {
            return new JobPage(TENANTS, 0, 0, 0, 0);
        }
        long wrong = told(functions.prove(cache.getAsInt()), "cache " + cache.getAsInt());
        return new JobPage(Integer.toString(cache.getAsInt()), 1, 0, wrong, 0);
    }

    private long told(long wrong, String of) {
        if (wrong > 0) {
            differences.add(wrong);
            LOG.log(Level.WARNING, "event=usage-corrected of=\"{0}\" differences={1}", of, wrong);
        }
        return wrong;
    }
}
