package io.narthex.hold;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns a legal hold that stands in the way into a problem response. */
@Provider
@ApplicationScoped
public class HeldExceptionMapper implements ExceptionMapper<HeldException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(HeldException e) {
        return ProblemWriter.answer(Problem.of(ProblemType.CONFLICT, e.sentence()), uri)
                .build();
    }
}
