package io.narthex.trust;

import io.narthex.http.Page;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.tenant.NameRule;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tenants/{tenant}/trusts}: which identity tokens a tenant takes for its own. */
@Path("/api/v1/tenants/{tenant}/trusts")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class TrustsResource {
    @Inject
    TrustAdministration trusts;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_TENANT)
    public Response list(
            @PathParam("tenant") String tenant,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        List<TrustResponse> found = trusts.list(known(tenant), page.after(), page.limit() + 1);
        return Response.ok(page.listing(found, trust -> trust, TrustResponse::name))
                .build();
    }

    @GET
    @Path("{name}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response get(@PathParam("tenant") String tenant, @PathParam("name") String name) {
        return answer(Response.ok(), trusts.get(known(tenant), name));
    }

    @PUT
    @Path("{name}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        TrustAdministration.Put put =
                trusts.put(known(tenant), name, TrustRequest.read(body), new Preconditions(ifMatch, ifNoneMatch));
        return answer(
                put.made()
                        ? Response.created(url.base().resolve("/api/v1/tenants/" + tenant + "/trusts/" + name))
                        : Response.ok(),
                put.trust());
    }

    @DELETE
    @Path("{name}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response delete(
            @PathParam("tenant") String tenant,
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        trusts.delete(known(tenant), name, new Preconditions(ifMatch, null));
        return Response.noContent().build();
    }

    private static Response answer(ResponseBuilder response, Trust trust) {
        return response.entity(TrustResponse.of(trust))
                .header(HttpHeaders.ETAG, trust.entityTag())
                .build();
    }

    private static TenantName known(String tenant) {
        return TenantName.tryParse(tenant).orElseThrow(UnknownTenant::new);
    }
}
