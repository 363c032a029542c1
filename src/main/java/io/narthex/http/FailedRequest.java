package io.narthex.http;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.transaction.TransactionConflict;
import java.lang.System.Logger.Level;

/** A request that failed on this side: a database that is away, or a defect. */
public final class FailedRequest {
    private static final System.Logger LOG = System.getLogger(FailedRequest.class.getName());

    private FailedRequest() {}

    /** What its sender is told. Logged here and nowhere else. */
    public static Problem problem(Throwable failure, String id, String method) {
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        if (DatabaseAway.isCauseOf(failure)) {
            // the trace would be the pool's and repeat with every request
            LOG.log(Level.WARNING, "event=database-away request={0} cause={1}", id, failure.toString());
            return Problem.of(ProblemType.UNAVAILABLE, "The database is away");
        }
        if (TransactionConflict.isCauseOf(failure)) {
            LOG.log(Level.WARNING, "event=database-busy request={0} cause={1}", id, failure.toString());
            return Problem.of(ProblemType.UNAVAILABLE, "Others changed the same, again and again");
        }
        LOG.log(Level.ERROR, "event=request-failed request=" + id + " method=" + method, failure);
        return Problem.of(ProblemType.INTERNAL).with("requestId", id);
    }
}
