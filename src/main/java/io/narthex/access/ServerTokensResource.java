package io.narthex.access;

import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The tokens of the whole server. */
@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ServerTokensResource {
    @Inject
    TokenOperations requests;

    @Inject
    PresentCaller caller;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        return Response.ok(requests.list(null, limit, after, caller.get())).build();
    }

    @GET
    @Path("{id}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("id") String id) {
        return Response.ok(requests.get(null, id, caller.get())).build();
    }

    @POST
    @Requires(Right.ADMINISTER_SERVER)
    public Response make(InputStream body) throws IOException {
        TokenAdministration.Made made = requests.make(null, body, caller.get());
        return Response.created(
                        url.base().resolve("/api/v1/tokens/" + made.token().publicId()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(TokenResponse.of(made.token(), made.text()))
                .build();
    }

    @DELETE
    @Path("{id}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response revoke(@PathParam("id") String id) {
        requests.revoke(null, id, caller.get());
        return Response.noContent().build();
    }
}
