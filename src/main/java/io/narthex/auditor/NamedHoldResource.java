package io.narthex.auditor;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a cache, a pin, a closure or all caches of a tenant under a legal hold with a name, and ends that. */
@Path("/api/v1/tenants/{tenant}/legal-holds")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class NamedHoldResource {
    @Inject
    NamedHolds holds;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@PathParam("tenant") String tenant) {
        List<NamedHoldResponse> all =
                holds.list(known(tenant)).stream().map(NamedHoldResponse::of).toList();
        return answer(Response.ok(), new Holdings(all));
    }

    /** All holds with names; a tenant has few. */
    record Holdings(List<NamedHoldResponse> items) {}

    @GET
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("tenant") String tenant, @PathParam("name") String name) {
        return answer(Response.ok(), shown(known(tenant), name));
    }

    /** Sets it; one of that name that holds the same stays. */
    @PUT
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(@PathParam("tenant") String tenant, @PathParam("name") String name, InputStream body)
            throws IOException {
        TenantName owner = known(tenant);
        boolean made = holds.put(owner, NamedHoldRequest.read(name, body));
        Response.Status status = made ? Response.Status.CREATED : Response.Status.OK;
        return answer(Response.status(status), shown(owner, name));
    }

    @DELETE
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response delete(@PathParam("tenant") String tenant, @PathParam("name") String name) {
        if (!holds.release(known(tenant), name)) {
            throw none();
        }
        return Response.noContent().build();
    }

    private NamedHoldResponse shown(TenantName tenant, String name) {
        return holds.find(tenant, name).map(NamedHoldResponse::of).orElseThrow(NamedHoldResource::none);
    }

    private static Response answer(Response.ResponseBuilder response, @Nullable Object entity) {
        return response.entity(entity)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no hold of that name");
    }

    private static TenantName known(String name) {
        return TenantName.tryParse(name).orElseThrow(UnknownTenant::new);
    }
}
