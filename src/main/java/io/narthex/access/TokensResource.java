package io.narthex.access;

import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
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

/** The tokens of a tenant. */
@Path("/api/v1/tenants/{tenant}/tokens")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class TokensResource {
    @Inject
    TokenOperations requests;

    @Inject
    PresentCaller caller;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_TENANT)
    public Response list(
            @PathParam("tenant") String tenant,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return Response.ok(requests.list(known(tenant), limit, after, caller.get()))
                .build();
    }

    @GET
    @Path("{id}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response get(@PathParam("tenant") String tenant, @PathParam("id") String id) {
        return Response.ok(requests.get(known(tenant), id, caller.get())).build();
    }

    @POST
    @Requires(Right.ADMINISTER_TENANT)
    public Response make(@PathParam("tenant") String tenant, InputStream body) throws IOException {
        TokenAdministration.Made made = requests.make(known(tenant), body, caller.get());
        return Response.created(url.base()
                        .resolve("/api/v1/tenants/" + tenant + "/tokens/"
                                + made.token().publicId()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(TokenResponse.of(made.token(), made.text()))
                .build();
    }

    @DELETE
    @Path("{id}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response revoke(@PathParam("tenant") String tenant, @PathParam("id") String id) {
        requests.revoke(known(tenant), id, caller.get());
        return Response.noContent().build();
    }

    private static TenantName known(String tenant) {
        return TenantName.tryParse(tenant).orElseThrow(UnknownTenant::new);
    }
}
