package io.narthex.retention;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Page;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.retention.RetentionRun.Outcome;
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
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/retention/runs}: what the collector did, and a run by hand. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/retention/runs")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class RunsResource {
    /** Fits a long, and no sign. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    /** A run in a cache of fewer paths takes a second or two, and is waited for. */
    private static final long SHORT_PATHS = 10_000;

    @Inject
    RetentionRuns runs;

    @Inject
    RetainJob job;

    @Inject
    RunWait wait;

    @Inject
    CacheDirectory caches;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_CACHE)
    public Response list(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, DIGITS);
        Cache cache = caches.require(tenant, name);
        long below = page.after() == null ? Long.MAX_VALUE : Long.parseLong(page.after());
        List<RetentionRun> found = runs.list(cache, below, page.limit() + 1);
        return Response.ok(page.listing(
                        found, run -> RunResponse.of(run, cache.storeDir()), run -> Long.toString(run.id())))
                .build();
    }

    @GET
    @Path("{id}")
    @Requires(Right.ADMINISTER_CACHE)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("id") String id) {
        Cache cache = caches.require(tenant, name);
        return Response.ok(RunResponse.of(
                        (DIGITS.matcher(id).matches()
                                        ? runs.find(cache, Long.parseLong(id))
                                        : java.util.Optional.<RetentionRun>empty())
                                .orElseThrow(() -> new ProblemException(
                                        ProblemType.NOT_FOUND, "There is no such run in this cache")),
                        cache.storeDir()))
                .build();
    }

    @POST
    @Requires(Right.ADMINISTER_CACHE)
    public Response start(@PathParam("tenant") String tenant, @PathParam("cache") String name, InputStream body)
            throws IOException {
        Cache cache = caches.require(tenant, name);
        RunRequest request = RunRequest.read(body);
        RetentionRun begun = runs.begin(cache, request.dryRun(), request.force())
                .orElseThrow(() -> new ProblemException(
                        ProblemType.JOB_RUNNING, "A run goes on in this cache: its runs tell how far it is"));
        job.ask();
        RetentionRun run = runs.pathsOf(cache) <= SHORT_PATHS ? wait.toEnd(begun) : begun;
        if (run.outcome() == Outcome.HELD) {
            throw new ProblemException(Problem.of(
                            ProblemType.CONFLICT,
                            "It would remove " + run.paths() + " of the " + run.held()
                                    + " paths of the cache, more than half: look at them by \"dryRun\": true, then add"
                                    + " \"force\": true")
                    .with("paths", run.paths())
                    .with("held", run.held())
                    .with("run", run.id()));
        }
        return Response.created(url.base()
                        .resolve("/api/v1/tenants/" + tenant + "/caches/" + name + "/retention/runs/" + run.id()))
                .entity(RunResponse.of(run, cache.storeDir()))
                .build();
    }
}
