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

/** Not known now, so 503: never "absent". Logged once by what listens to the database, not per request. */
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
