package io.narthex.denial;

import io.narthex.cache.Cache;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes and changes rules. A rule may deny more paths than one transaction should write: each piece is one. */
@ApplicationScoped
public class DenialMaker {
    /** Half as long as a request waits for the database at most; what takes longer is the job's. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Inject
    private DenialAdministration denials;

    /**
     * What a rule names goes dark with it, and then, in pieces, what needs that.
     *
     * @param cache whose rule it is; null: the server's
     */
    public DenialAdministration.Put put(@Nullable Cache cache, String name, DenialRequest request) {
        long begun = System.nanoTime();
        DenialAdministration.Put put = denials.put(cache, name, request);
        if (put.rule().complete()) {
            return put;
        }
        boolean more = true;
        while (more && System.nanoTime() - begun < PATIENCE_NANOS) {
            more = denials.spread(put.id());
        }
        return new DenialAdministration.Put(put.id(), denials.get(cache, name), put.made());
    }
}
