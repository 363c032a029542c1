package io.narthex.access;

import io.narthex.access.token.Target;
import io.narthex.cache.CacheDirectory;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestStart;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemWriter;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.annotation.Priority;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Checks that the caller has the right that a resource method requires, and refuses the request otherwise. The check of
 * a call of the API is made again when the request's body has come.
 */
@Priority(Priorities.AUTHENTICATION)
final class AccessFilter implements ContainerRequestFilter {
    private static final Set<String> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final Right right;
    private final Callers callers;
    private final PresentCaller present;
    private final RequestedCache requested;
    private final CacheDirectory caches;

    /** @param present the caller of the request at hand, likewise {@code requested}: both are proxies */
    AccessFilter(Right right, Callers callers, PresentCaller present, RequestedCache requested, CacheDirectory caches) {
        this.right = right;
        this.callers = callers;
        this.present = present;
        this.requested = requested;
        this.caches = caches;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Instant begun = RequestStart.of(ServletRequestContext.requireCurrent().getExchange());
        decide(request, begun);
        // the bodies of pushes are their own lanes' and intakes'
        if (ProblemWriter.isApi(request.getUriInfo()) && WITH_BODY.contains(request.getMethod())) {
            request.setEntityStream(new RecheckedBody(request.getEntityStream(), () -> decide(request, begun)));
        }
    }

    private void decide(ContainerRequestContext request, Instant begun) {
        List<String> headers = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        Caller caller = callers.of(headers == null ? List.of() : headers, begun);
        Target target = target(request);
        present.set(caller, target);
        Decision decision = AccessPolicy.decide(right, caller, target);
        if (decision != Decision.ALLOW) {
            throw new AccessRefusedException(decision, right, caller, target);
        }
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
