package io.narthex.access;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.DELETE;
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
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tokens}: the tokens of the whole server. */
@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ServerTokensResource extends TokenListResource {
    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        return page(null, limit, after);
    }

    @GET
    @Path("{id}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("id") String id) {
        return show(null, id);
    }

    @POST
    @Requires(Right.ADMINISTER_SERVER)
    public Response make(InputStream body) throws IOException {
        return make(null, body, "/api/v1/tokens");
    }

    @DELETE
    @Path("{id}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response revoke(@PathParam("id") String id) {
        return end(null, id);
    }
}
