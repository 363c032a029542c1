package io.narthex.trust;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns a refusal into a problem that has the members of RFC 6749 too: {@code error} and {@code error_description}. */
@Provider
@ApplicationScoped
public class ExchangeRefusedMapper implements ExceptionMapper<ExchangeRefusedException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(ExchangeRefusedException e) {
        boolean tooMany = e.refusal() == ExchangeRefusal.TOO_MANY;
        Problem problem = Problem.of(tooMany ? ProblemType.TOO_MANY_REQUESTS : ProblemType.BAD_REQUEST, e.told())
                .with("error", e.refusal().error())
                .with("error_description", e.told());
        ResponseBuilder answer = ProblemWriter.answer(problem, uri);
        if (tooMany) {
            answer.header(
                    HttpHeaders.RETRY_AFTER,
                    ExchangeLimit.REFILL.multipliedBy(ExchangeLimit.BURST).toSeconds());
        }
        return answer.build();
    }
}
