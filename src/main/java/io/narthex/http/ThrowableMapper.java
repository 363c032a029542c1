package io.narthex.http;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers for exceptions that no other mapper knows: a database that is away, or a defect. */
@Provider
@ApplicationScoped
public class ThrowableMapper implements ExceptionMapper<Throwable> {
    @Context
    UriInfo uri;

    @Context
    HttpServletRequest request;

    @Override
    public Response toResponse(Throwable e) {
        Problem problem = FailedRequest.problem(e, RequestIdFilter.idOf(request), request.getMethod());
        return ProblemWriter.answer(problem, uri).build();
    }
}
