package io.narthex.access;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
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

/** {@code /api/v1/tenants/{tenant}/tokens}: the tokens of a tenant. */
@Path("/api/v1/tenants/{tenant}/tokens")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class TokensResource extends TokenListResource {
    @GET
    @Requires(Right.ADMINISTER_TENANT)
    public Response list(
            @PathParam("tenant") String tenant,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return page(known(tenant), limit, after);
    }

    @GET
    @Path("{id}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response get(@PathParam("tenant") String tenant, @PathParam("id") String id) {
        return show(known(tenant), id);
    }

    @POST
    @Requires(Right.ADMINISTER_TENANT)
    public Response make(@PathParam("tenant") String tenant, InputStream body) throws IOException {
        return make(known(tenant), body, "/api/v1/tenants/" + tenant + "/tokens");
    }

    @DELETE
    @Path("{id}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response revoke(@PathParam("tenant") String tenant, @PathParam("id") String id) {
        return end(known(tenant), id);
    }

    private static TenantName known(String tenant) {
        return TenantName.tryParse(tenant).orElseThrow(UnknownTenant::new);
    }
}
