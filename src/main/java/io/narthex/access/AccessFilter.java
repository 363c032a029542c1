package io.narthex.access;

import io.narthex.cache.CacheDirectory;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Problem;
import io.narthex.http.ProblemType;
import io.narthex.http.ProblemWriter;
import io.narthex.http.Right;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;

/** Lets a request through to a resource method that requires a right, or answers in its stead. */
@Priority(Priorities.AUTHENTICATION)
final class AccessFilter implements ContainerRequestFilter {
    /** RFC 7617. Basic alone, for it is what curl, Nix and browsers can answer. */
    private static final String CHALLENGE = "Basic realm=\"narthex\", charset=\"UTF-8\"";

    private final Right right;
    private final Callers callers;
    private final PresentCaller present;
    private final RequestedCache requested;
    private final CacheDirectory caches;
    private final RefusalRecord refusals;

    /** @param present the caller of the request at hand, likewise {@code requested}: both are proxies */
    AccessFilter(
            Right right,
            Callers callers,
            PresentCaller present,
            RequestedCache requested,
            CacheDirectory caches,
            RefusalRecord refusals) {
        this.right = right;
        this.callers = callers;
        this.present = present;
        this.requested = requested;
        this.caches = caches;
        this.refusals = refusals;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        List<String> given = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        Caller caller = callers.of(given == null ? List.of() : given);
        Target target = target(request);
        present.set(caller, target);
        switch (AccessPolicy.decide(right, caller, target)) {
            case ALLOW -> {}
            case AUTHENTICATE ->
                request.abortWith(ProblemWriter.answer(unauthenticated(caller), request.getUriInfo())
                        .header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE)
                        .build());
            case FORBID ->
                refuse(request, Problem.of(ProblemType.FORBIDDEN, Sentences.forbidden(right, caller, target)));
            case HIDE -> {
                refusals.hidden(request.getMethod(), request.getUriInfo().getPath());
                refuse(request, Problem.of(ProblemType.NOT_FOUND));
            }
        }
    }

    private static Problem unauthenticated(Caller caller) {
        return Sentences.unauthenticated(caller)
                .map(sentence -> Problem.of(ProblemType.UNAUTHENTICATED, sentence))
                .orElseGet(() -> Problem.of(ProblemType.UNAUTHENTICATED));
    }

    private static void refuse(ContainerRequestContext request, Problem problem) {
        request.abortWith(ProblemWriter.answer(problem, request.getUriInfo()).build());
    }

    private Target target(ContainerRequestContext request) {
        if (!ProblemWriter.isApi(request.getUriInfo())) {
            return Target.of(requested.find(), requested.fullName());
        }
        MultivaluedMap<String, String> names = request.getUriInfo().getPathParameters();
        String tenant = names.getFirst("tenant");
        String cache = names.getFirst("cache");
        if (tenant == null) {
            return Target.SERVER;
        }
        if (cache == null) {
            return Target.ofTenant(tenant);
        }
        String name = tenant + "/" + cache;
        return Target.of(caches.now().find(name), name);
    }
}
