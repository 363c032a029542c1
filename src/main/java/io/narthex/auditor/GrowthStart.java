package io.narthex.auditor;

import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Shows how many rows there are of what comes and has to go again, so that an operator sees it where it does not. */
@Singleton
@Startup
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class GrowthStart {
    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final List<String> KINDS = List.of(
            "changes",
            "job-runs",
            "retention-runs",
            "used-identity-tokens",
            "tokens",
            "pin-revisions",
            "removed-paths",
            "quarantined-files");

    @Inject
    RecordFunctions functions;

    @Inject
    Meters meters;

    private Map<String, Long> rows = Map.of();
    private long lookedAt = System.nanoTime() - LOOK_NANOS;

    @PostConstruct
    void start() {
        for (String kind : KINDS) {
            meters.gauge(
                    "narthex.rows",
                    "About how many rows there are of what comes and has to go again",
                    () -> rows(kind),
                    "of",
                    kind);
        }
    }

    /** Five minutes old at most; who scrapes waits for the database no more often. */
    private synchronized double rows(String kind) {
        if (System.nanoTime() - lookedAt >= LOOK_NANOS) {
            lookedAt = System.nanoTime();
            try {
                rows = functions.growing();
            } catch (RuntimeException e) {
                rows = Map.of();
            }
        }
        Long known = rows.get(kind);
        return known == null ? Double.NaN : known;
    }
}
