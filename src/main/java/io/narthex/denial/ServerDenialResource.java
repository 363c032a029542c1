package io.narthex.denial;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/denied}: the rules of the server about what no cache may give out. */
@Path("/api/v1/denied")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ServerDenialResource extends DenialListResource {
    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        return page(null, limit, after);
    }

    @GET
    @Path("{rule}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("rule") String rule) {
        return show(null, rule);
    }

    /** Makes or changes a rule; with {@code dryRun=true} only says what it would do. */
    @PUT
    @Path("{rule}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(
            @PathParam("rule") String rule,
            @QueryParam("dryRun") @DefaultValue("false") String dryRun,
            InputStream body)
            throws IOException {
        return make(Asked.parse(rule, dryRun, body), null, "/api/v1/denied");
    }

    @DELETE
    @Path("{rule}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response lift(@PathParam("rule") String rule) {
        return end(null, rule);
    }
}
