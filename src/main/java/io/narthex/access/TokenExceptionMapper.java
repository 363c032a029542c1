package io.narthex.access;

import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about tokens into a problem response. */
@Provider
@ApplicationScoped
public class TokenExceptionMapper implements ExceptionMapper<TokenException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(TokenException e) {
        return ProblemWriter.answer(e.problem(), uri).build();
    }
}
