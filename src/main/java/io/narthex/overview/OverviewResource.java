package io.narthex.overview;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/overview}: says how the server and its tenants are, at a glance, as far as the caller audits or administers them. */
@Path("/api/v1/overview")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class OverviewResource {
    @Inject
    Overviews overviews;

    @GET
    @Requires(Right.AUTHENTICATED)
    public Response get(@QueryParam("tenant") @Nullable String tenant) {
        return Response.ok(overviews.now(tenant))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
