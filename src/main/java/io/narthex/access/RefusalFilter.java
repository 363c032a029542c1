package io.narthex.access;

import io.narthex.audit.AuditLog;
import io.narthex.http.problem.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.Provider;

/** Records every response of 401 or 403, unless the code that refused has recorded it already. */
@Provider
@ApplicationScoped
public class RefusalFilter implements ContainerResponseFilter {
    @Inject
    RefusalRecord refusals;

    @Inject
    AuditLog audit;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        int status = response.getStatus();
        if (status == Status.UNAUTHORIZED.getStatusCode()) {
            refusals.unauthenticated(request.getMethod(), request.getUriInfo().getPath());
        } else if (status == Status.FORBIDDEN.getStatusCode() && !audit.hasRefused()) {
            refusals.forbidden(request.getMethod(), request.getUriInfo().getPath(), reason(response.getEntity()));
        }
    }

    private static String reason(Object entity) {
        return entity instanceof Problem problem
                ? problem.detail().orElseGet(() -> problem.type().title())
                : String.valueOf(entity).strip();
    }
}
