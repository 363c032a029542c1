package io.narthex.protocol;

import io.narthex.change.DatabaseAwayException;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Answers 503 where the database is away: not known now is never "absent". What listens to the database logs that once;
 * requests do not.
 */
@Provider
@ApplicationScoped
public class DatabaseAwayMapper implements ExceptionMapper<DatabaseAwayException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(DatabaseAwayException e) {
        return ProblemWriter.answer(Problem.of(ProblemType.UNAVAILABLE, "The database is away"), uri)
                .build();
    }
}
