package io.narthex.trust;

import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about issuers and trusts into a problem response. */
@Provider
@ApplicationScoped
public class TrustExceptionMapper implements ExceptionMapper<TrustException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(TrustException e) {
        return ProblemWriter.answer(e.problem(), uri).build();
    }
}
