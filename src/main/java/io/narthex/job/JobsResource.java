package io.narthex.job;

import io.narthex.http.Listing;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/jobs}: shows the jobs of this node and what their runs did, and starts a run. */
@Path("/api/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class JobsResource {
    @Inject
    JobHistory history;

    @Inject
    JobRunner runner;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response jobs() {
        return Response.ok(new Listing<>(history.jobs(), null)).build();
    }

    @GET
    @Path("{job}/runs")
    @Requires(Right.ADMINISTER_SERVER)
    public Response runs(
            @PathParam("job") String job,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        RunsRequest request = RunsRequest.parse(limit, after);
        // one more than asked for tells whether there is a next page
        List<JobRunEntity> found = history.runs(job, request.below(), request.limit() + 1);
        return Response.ok(request.listing(found)).build();
    }

    @GET
    @Path("{job}/runs/{id}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response run(@PathParam("job") String job, @PathParam("id") String id) {
        return Response.ok(RunResponse.of(history.run(job, RunsRequest.parseId(id))))
                .build();
    }

    @POST
    @Path("{job}/runs")
    @Requires(Right.ADMINISTER_SERVER)
    public Response start(@PathParam("job") String job) {
        JobRunEntity run = history.run(job, runner.start(job));
        return Response.created(url.base().resolve(RunResponse.path(job, run.id())))
                .entity(RunResponse.of(run))
                .build();
    }
}
