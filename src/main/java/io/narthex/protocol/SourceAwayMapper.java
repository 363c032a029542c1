package io.narthex.protocol;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.index.SourceAwayException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers 503 where an upstream is away: not known now is never "absent", which clients remember for an hour. */
@Provider
@ApplicationScoped
public class SourceAwayMapper implements ExceptionMapper<SourceAwayException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(SourceAwayException e) {
        return ProblemWriter.answer(Problem.of(ProblemType.UNAVAILABLE, "An upstream gives no answer"), uri)
                .build();
    }
}
