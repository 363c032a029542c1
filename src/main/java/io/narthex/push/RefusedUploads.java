package io.narthex.push;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import io.narthex.receive.Outcome;
import io.narthex.receive.Refusal;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Optional;

/** Logs, counts and records every refused upload. Nothing else does. Thread-safe. */
@ApplicationScoped
public class RefusedUploads {
    private static final System.Logger LOG = System.getLogger(RefusedUploads.class.getName());

    @Inject
    private AuditLog audit;

    @Inject
    private Meters meters;

    private LabelledCounts counts;

    /**
     * What was refused.
     *
     * @param id of the request
     * @param url its path, behind what names the cache
     * @param cacheName {@code tenant/cache}
     * @param cache empty where there is none of that name, or no more
     */
    public record Upload(String id, String url, String cacheName, Optional<Cache> cache) {}

    /** Every reason has its meter before the first refusal. */
    @PostConstruct
    void start() {
        counts = meters.counters(
                "narthex.push.refusals",
                "Uploads that were not taken",
                "reason",
                Arrays.stream(Refusal.values()).map(Refusal::kind).toList());
    }

    /** Makes this bean, and so its meters, when the application starts. */
    void made(@Observes Startup event) {}

    public void record(Outcome.Refused refused, Upload upload) {
        LOG.log(
                System.Logger.Level.INFO,
                "event=push-refused request={0} cache={1} url={2} reason={3}",
                upload.id(),
                upload.cacheName(),
                upload.url(),
                refused.words());
        counts.increment(refused.reason().kind());
        AuditEvent event = AuditEvent.of(
                        refused.reason() == Refusal.DENIED ? AuditAction.PATH_DENIED : AuditAction.PUSH_REFUSED)
                .detail("kind", refused.reason().kind())
                .detail("url", upload.url())
                .detail("status", refused.reason().problem().status());
        audit.refused(
                upload.cache()
                        .map(cache -> event.cache(cache.tenantId(), cache.id()))
                        .orElse(event),
                refused.sentence());
    }
}
