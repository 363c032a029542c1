package io.narthex.http;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.transaction.TransactionConflict;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger.Level;

/**
 * Answers for exceptions that no other mapper knows: a database that is away, or a defect. They are logged here and
 * nowhere else.
 */
@Provider
@ApplicationScoped
public class ThrowableMapper implements ExceptionMapper<Throwable> {
    private static final System.Logger LOG = System.getLogger(ThrowableMapper.class.getName());

    @Context
    UriInfo uri;

    @Context
    HttpServletRequest request;

    @Override
    public Response toResponse(Throwable e) {
        String id = RequestIdFilter.idOf(request);
        if (DatabaseAway.isCauseOf(e)) {
            // the trace would be the pool's and repeat with every request
            LOG.log(Level.WARNING, "event=database-away request={0} cause={1}", id, e.toString());
            return ProblemWriter.answer(Problem.of(ProblemType.UNAVAILABLE, "The database is away"), uri)
                    .build();
        }
        if (TransactionConflict.isCauseOf(e)) {
            LOG.log(Level.WARNING, "event=database-busy request={0} cause={1}", id, e.toString());
            return ProblemWriter.answer(
                            Problem.of(ProblemType.UNAVAILABLE, "Others changed the same, again and again"), uri)
                    .build();
        }
        LOG.log(Level.ERROR, "event=request-failed request=" + id + " method=" + request.getMethod(), e);
        return ProblemWriter.answer(Problem.of(ProblemType.INTERNAL).with("requestId", id), uri)
                .build();
    }
}
