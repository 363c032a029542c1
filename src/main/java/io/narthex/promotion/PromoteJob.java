package io.narthex.promotion;

import io.narthex.access.RightChangedException;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.problem.ProblemException;
import io.narthex.index.SourceAwayException;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.receive.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Promotes closures that are too large for a request, and those of which bytes are to be stored first. A run that is killed leaves
 * nothing of them visible, and the promotion waits for the next one.
 */
@ApplicationScoped
public class PromoteJob implements Job {
    private static final System.Logger LOG = System.getLogger(PromoteJob.class.getName());

    @Inject
    private Promoter promoter;

    @Inject
    private PromotionProgress progress;

    @Inject
    private ElsewhereWalk elsewhere;

    @Inject
    private UnstoredPaths unstored;

    @Inject
    private CacheDirectory caches;

    /** As long as a page of a job lasts. */
    private static final long STORE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** A page may be that long: what upstreams told is kept, and a closure of a million that is known takes no longer. */
    private static final Duration LOOK_UP = Duration.ofSeconds(60);

    /** A node that ends may leave some to the others, who hear of none. */
    private static final long LOOK_NANOS = TimeUnit.HOURS.toNanos(1);

    /** At the start there may be some. */
    private final AtomicBoolean due = new AtomicBoolean(true);

    private volatile long lookedAt = System.nanoTime();

    /** One waits. */
    void wanted() {
        due.set(true);
    }

    @Override
    public String name() {
        return "promote";
    }

    @Override
    public String subject() {
        return "promotions";
    }

    @Override
    public boolean due() {
        return due.get() || System.nanoTime() - lookedAt > LOOK_NANOS;
    }

    /** Somebody waits for it. */
    @Override
    public boolean isPunctual() {
        return true;
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        due.set(false);
        lookedAt = System.nanoTime();
        Optional<Promotions.Wanted> wanted = promoter.next();
        if (wanted.isEmpty()) {
            return new JobPage(null, 0, 0, 0, 0);
        }
        due.set(true);
        promote(wanted.get());
        return new JobPage("more", 1, 1, 0, 0);
    }

    private void promote(Promotions.Wanted wanted) {
        Optional<Cache> target = caches.now().find(wanted.target());
        Optional<Cache> source = caches.now().find(wanted.source());
        if (target.isEmpty() || source.isEmpty()) {
            promoter.fail(wanted.id(), "One of the caches is gone");
            return;
        }
        try {
            promote(wanted, target.get(), source.get());
        } catch (IOException e) {
            promoter.fail(wanted.id(), "The bytes of a path cannot be read or kept; the server's log tells why");
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=promotion-failed promotion={0} cause={1}",
                    wanted.id(),
                    e.toString());
        } catch (PromotionRefusedException | ProblemException | RefusedException | SourceAwayException e) {
            promoter.fail(wanted.id(), String.valueOf(e.getMessage()));
        } catch (RightChangedException e) {
            promoter.fail(wanted.id(), "The token was revoked or the cache was changed meanwhile");
        }
    }

    /** Goes on with one, and comes to its end where nothing is left to be found or stored. */
    private void promote(Promotions.Wanted wanted, Cache target, Cache source) throws IOException {
        Elsewhere shown = elsewhere.find(source, wanted.roots(), LOOK_UP);
        if (!shown.complete()) {
            return;
        }
        Promoter.Missing missing = promoter.missing(wanted, target, source, shown);
        List<UnstoredPaths.Unstored> left = missing.paths();
        long begun = System.nanoTime();
        int stored = 0;
        while (stored < left.size() && System.nanoTime() - begun < STORE_NANOS) {
            unstored.store(target, left.get(stored++), shown);
        }
        if (stored > 0) {
            progress.tell(wanted.id(), missing.closure() - left.size() + stored, missing.closure());
        }
        if (stored == left.size()) {
            promoter.promote(wanted, target, source, shown);
        }
    }
}
