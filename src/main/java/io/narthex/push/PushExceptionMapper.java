package io.narthex.push;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestIdFilter;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
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
import java.util.Locale;

/** Tells who pushes what is wrong: a sentence, since Nix prints the body. Logged here and nowhere else. */
@Provider
@ApplicationScoped
public class PushExceptionMapper implements ExceptionMapper<PushException> {
    private static final System.Logger LOG = System.getLogger(PushExceptionMapper.class.getName());

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
                Arrays.stream(PushException.class.getPermittedSubclasses())
                        .map(PushExceptionMapper::kind)
                        .toList());
    }

    /** Makes this bean, and so its meters, when the application starts. */
    void made(@Observes Startup event) {}

    @Override
    public Response toResponse(PushException e) {
        LOG.log(
                System.Logger.Level.INFO,
                "event=push-refused request={0} cache={1} url={2} reason={3}",
                RequestIdFilter.idOf(request),
                requested.fullName(),
                uri.getPath(),
                e.getMessage());
        counts.increment(kind(e.getClass()));
        audit.refused(event(e), sentence(e));
        return ProblemWriter.answer(Problem.of(typeOf(e), sentence(e)), uri).build();
    }

    private AuditEvent event(PushException e) {
        AuditEvent event = AuditEvent.of(AuditAction.PUSH_REFUSED)
                .detail("kind", kind(e.getClass()))
                .detail("url", uri.getPath())
                .detail("status", typeOf(e).status());
        return requested
                .find()
                .map(cache -> event.cache(cache.tenantId(), cache.id()))
                .orElse(event);
    }

    /** {@code file-hash-mismatch} for {@code FileHashMismatch}. */
    private static String kind(Class<?> exception) {
        return exception
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
                .toLowerCase(Locale.ROOT);
    }

    private static String sentence(PushException e) {
        String text = String.valueOf(e.getMessage());
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static ProblemType typeOf(PushException e) {
        return switch (e) {
            case PushException.FileTooLarge x -> ProblemType.TOO_LARGE;
            case PushException.NarTooLarge x -> ProblemType.TOO_LARGE;
            case PushException.RatioExceeded x -> ProblemType.TOO_LARGE;
            case PushException.MemoryExceeded x -> ProblemType.TOO_LARGE;
            case PushException.BodyTooLarge x -> ProblemType.TOO_LARGE;
            case PushException.NoRoom x -> ProblemType.TOO_LARGE;
            case PushException.UnknownCompression x -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            case PushException.NotAnLz4Frame x -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            case PushException.Conflict x -> ProblemType.CONFLICT;
            case PushException.NotTaken x -> ProblemType.FORBIDDEN;
            case PushException.NotTrusted x -> ProblemType.FORBIDDEN;
            case PushException.NotANar x -> ProblemType.BAD_REQUEST;
            case PushException.NotCompressedAs x -> ProblemType.BAD_REQUEST;
            case PushException.BodyCut x -> ProblemType.BAD_REQUEST;
            case PushException.FileHashMismatch x -> ProblemType.BAD_REQUEST;
            case PushException.BadName x -> ProblemType.BAD_REQUEST;
            case PushException.Untrue x -> ProblemType.BAD_REQUEST;
            case PushException.Malformed x -> ProblemType.BAD_REQUEST;
            case PushException.NoSuchNar x -> ProblemType.BAD_REQUEST;
            case PushException.MissingReferences x -> ProblemType.BAD_REQUEST;
            case PushException.TooManySignatures x -> ProblemType.BAD_REQUEST;
            case PushException.FalseSignature x -> ProblemType.BAD_REQUEST;
        };
    }
}
