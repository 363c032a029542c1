package io.narthex.job;

import io.narthex.http.RequestUrl;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.job.JobException.AlreadyRunning;
import io.narthex.job.JobException.StandsStill;
import io.narthex.job.JobException.Stopping;
import io.narthex.job.JobException.UnknownJob;
import io.narthex.job.JobException.UnknownRun;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about jobs into a problem response. */
@Provider
@ApplicationScoped
public class JobExceptionMapper implements ExceptionMapper<JobException> {
    @Context
    UriInfo uri;

    @Inject
    RequestUrl url;

    @Override
    public Response toResponse(JobException e) {
        return ProblemWriter.answer(problem(e), uri).build();
    }

    private Problem problem(JobException e) {
        return switch (e) {
            case UnknownJob unknown -> Problem.of(ProblemType.NOT_FOUND, "There is no job of this name");
            case UnknownRun unknown -> Problem.of(ProblemType.NOT_FOUND, "The job has no such run");
            case AlreadyRunning running ->
                Problem.of(ProblemType.JOB_RUNNING, "Run " + running.run() + " goes on; wait for its end")
                        .with("run", url.base().resolve(RunResponse.path(running.job(), running.run())));
            case StandsStill still ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "The database was restored, and nothing is removed until that is accepted: look at"
                                + " /api/v1/restore/differences, then POST /api/v1/restore/acceptances");
            case Stopping stopping -> Problem.of(ProblemType.UNAVAILABLE, "The server stops");
        };
    }
}
