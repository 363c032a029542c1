package io.narthex.push;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestIdFilter;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;

/** Tells who pushes what is wrong: a sentence, since Nix prints the body. Logged here and nowhere else. */
@Provider
@ApplicationScoped
public class RefusedMapper implements ExceptionMapper<RefusedException> {
    private static final System.Logger LOG = System.getLogger(RefusedMapper.class.getName());

    @Context
    UriInfo uri;

    @Context
    HttpServletRequest request;

    @Inject
    RequestedCache requested;

    @Inject
    AuditLog audit;

    @Inject
    Meters meters;

    private LabelledCounts counts;

    /** Every kind has its meter before the first refusal. */
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

    @Override
    public Response toResponse(RefusedException e) {
        LOG.log(
                System.Logger.Level.INFO,
                "event=push-refused request={0} cache={1} url={2} reason={3}",
                RequestIdFilter.idOf(request),
                requested.fullName(),
                uri.getPath(),
                e.getMessage());
        counts.increment(e.refusal().kind());
        audit.refused(event(e), sentence(e));
        return ProblemWriter.answer(Problem.of(e.refusal().problem(), sentence(e)), uri).build();
    }

    private AuditEvent event(RefusedException e) {
        AuditEvent event = AuditEvent.of(AuditAction.PUSH_REFUSED)
                .detail("kind", e.refusal().kind())
                .detail("url", uri.getPath())
                .detail("status", e.refusal().problem().status());
        return requested
                .find()
                .map(cache -> event.cache(cache.tenantId(), cache.id()))
                .orElse(event);
    }

    private static String sentence(RefusedException e) {
        String text = String.valueOf(e.getMessage());
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
