package io.narthex.auditor;

import io.narthex.http.JsonBody;
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

/**
 * Puts a tenant under legal hold, and ends that. Under legal hold nothing of its record is deleted, however old it is, nor anything
 * that its caches hold.
 */
@Path("/api/v1/tenants/{tenant}/legal-hold")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class LegalHoldResource {
    private static final int LONGEST_REASON = 1_000;

    @Inject
    LegalHolds holds;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("tenant") String tenant) {
        return answer(Response.ok(), known(tenant));
    }

    /** Sets it; where there is one, that stays. */
    @PUT
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(@PathParam("tenant") String tenant, InputStream body) throws IOException {
        TenantName name = known(tenant);
        String reason = JsonBody.readPut(body, List.of("reason"), LegalHolds.Hold.class)
                .text("reason", LONGEST_REASON)
                .or("", "");
        boolean made = holds.set(name, reason);
        return answer(Response.status(made ? Response.Status.CREATED : Response.Status.OK), name);
    }

    @DELETE
    @Requires(Right.ADMINISTER_SERVER)
    public Response delete(@PathParam("tenant") String tenant) {
        if (!holds.release(known(tenant))) {
            throw none();
        }
        return Response.noContent().build();
    }

    private Response answer(Response.ResponseBuilder response, TenantName tenant) {
        return response.entity(holds.find(tenant).orElseThrow(LegalHoldResource::none))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "The tenant's record is not held");
    }

    private static TenantName known(String name) {
        return TenantName.tryParse(name).orElseThrow(UnknownTenant::new);
    }
}
