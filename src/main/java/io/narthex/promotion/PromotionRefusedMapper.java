package io.narthex.promotion;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers 409 with the paths that fail, some of them where there are many. */
@Provider
@ApplicationScoped
public class PromotionRefusedMapper implements ExceptionMapper<PromotionRefusedException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(PromotionRefusedException e) {
        return ProblemWriter.answer(
                        Problem.of(ProblemType.CONFLICT, "The closure cannot be promoted: " + e.getMessage())
                                .with("failures", e.failures()),
                        uri)
                .build();
    }
}
