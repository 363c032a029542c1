package io.narthex.operations;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Says how the server is, at a glance: its disk, and when that is full. */
@Path("/api/v1/overview")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class OverviewResource {
    @Inject
    ServerState state;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response get() {
        return Response.ok(state.now())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
