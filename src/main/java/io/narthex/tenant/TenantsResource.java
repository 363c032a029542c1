package io.narthex.tenant;

import io.narthex.http.CurrentCaller;
import io.narthex.http.Page;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
import io.narthex.tenant.TenantException.UnknownTenant;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tenants}: lists, makes, changes and deletes tenants. */
@Path("/api/v1/tenants")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class TenantsResource {
    @Inject
    TenantAdministration tenants;

    @Inject
    Usages usages;

    @Inject
    CurrentCaller caller;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        List<TenantEntity> found = tenants.list(page.after(), page.limit() + 1);
        Map<Integer, Usage> held =
                usages.ofTenants(found.stream().map(TenantEntity::id).toList());
        return Response.ok(page.listing(
                        found,
                        t -> TenantResponse.of(t, held.getOrDefault(t.id(), Usage.NONE)),
                        t -> t.name().text()))
                .build();
    }

    @GET
    @Path("{tenant}")
    @Requires(Right.VIEW_TENANT)
    public Response get(@PathParam("tenant") String name) {
        return answer(Response.ok(), tenants.get(known(name)));
    }

    @PUT
    @Path("{tenant}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(
            @PathParam("tenant") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        TenantName parsed = parse(name);
        TenantAdministration.Put put =
                tenants.put(parsed, TenantRequest.read(body), new Preconditions(ifMatch, ifNoneMatch));
        ResponseBuilder response =
                put.made() ? Response.created(url.base().resolve("/api/v1/tenants/" + parsed)) : Response.ok();
        return answer(response, put.tenant());
    }

    @DELETE
    @Path("{tenant}")
    @Requires(Right.ADMINISTER_TENANT)
    public Response delete(
            @PathParam("tenant") String name, @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        if (!caller.isServerAdministrator()) {
            throw new ProblemException(ProblemType.FORBIDDEN, "Only the server's administrator deletes a tenant");
        }
        tenants.delete(known(name), new Preconditions(ifMatch, null));
        return Response.noContent().build();
    }

    private Response answer(ResponseBuilder response, TenantEntity tenant) {
        Usage held = usages.ofTenants(List.of(tenant.id())).getOrDefault(tenant.id(), Usage.NONE);
        return response.entity(TenantResponse.of(tenant, held))
                .header(HttpHeaders.ETAG, tenant.entityTag())
                .build();
    }

    /** What is no name is none of a tenant. */
    private static TenantName known(String name) {
        return TenantName.tryParse(name).orElseThrow(UnknownTenant::new);
    }

    private static TenantName parse(String name) {
        try {
            return new TenantName(name);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }
}
