package io.narthex.tenant;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.tenant.TenantException.DefaultTenant;
import io.narthex.tenant.TenantException.NameReserved;
import io.narthex.tenant.TenantException.UnknownTenant;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about tenants into a problem response. */
@Provider
@ApplicationScoped
public class TenantExceptionMapper implements ExceptionMapper<TenantException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(TenantException e) {
        Problem problem = switch (e) {
            case UnknownTenant unknown -> Problem.of(ProblemType.NOT_FOUND, "There is no such tenant");
            case NameReserved reserved -> Problem.of(ProblemType.BAD_REQUEST, ReservedNames.sentence(reserved.name()));
            case DefaultTenant standard -> Problem.of(ProblemType.CONFLICT, "The tenant default cannot be deleted");
        };
        return ProblemWriter.answer(problem, uri).build();
    }
}
