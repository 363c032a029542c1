package io.narthex.scrub;

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

/** Says since when everything that is stored is proved, and what was found bad. */
@Path("/api/v1/scrub")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ScrubResource {
    @Inject
    ScrubReport report;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response get() {
        return Response.ok(report.now())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
