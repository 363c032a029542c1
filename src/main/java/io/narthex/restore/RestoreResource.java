package io.narthex.restore;

import io.narthex.http.JsonBody;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Shows what a restored database lacks, and lets it remove things again. */
@Path("/api/v1/restore")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class RestoreResource {
    private static final int LONGEST_REASON = 1_000;

    @Inject
    RestoreGuard guard;

    @GET
    @Path("differences")
    @Requires(Right.ADMINISTER_SERVER)
    public Response differences() {
        return answer(Response.ok());
    }

    @POST
    @Path("acceptances")
    @Requires(Right.ADMINISTER_SERVER)
    public Response accept(InputStream body) throws IOException {
        String reason = JsonBody.read(body, List.of("reason"))
                .text("reason", LONGEST_REASON)
                .or("", "");
        if (!guard.accept(reason)) {
            throw new ProblemException(
                    ProblemType.CONFLICT, "The database is not a restored one: there is nothing to accept");
        }
        // soon after: the mark of the former life still lies beside the stored files
        guard.writeMark();
        return answer(Response.status(Response.Status.CREATED));
    }

    /** Says that a restore was tried; the script of the drill does. */
    @POST
    @Path("drills")
    @Requires(Right.ADMINISTER_SERVER)
    public Response drilled(InputStream body) throws IOException {
        JsonBody.read(body, List.of());
        guard.drilled();
        return Response.noContent().build();
    }

    private Response answer(Response.ResponseBuilder response) {
        return response.entity(guard.differences())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
