package io.narthex.retention;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.Preconditions;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/retention}: how long a cache keeps what nobody uses. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/retention")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class RetentionResource {
    @Inject
    RetentionPolicies policies;

    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.VIEW_CACHE)
    public Response get(@PathParam("tenant") String tenant, @PathParam("cache") String name) {
        return answer(Response.ok(), policies.find(caches.require(tenant, name)));
    }

    @PUT
    @Requires(Right.ADMINISTER_CACHE)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        RetentionRequest request = RetentionRequest.read(body);
        RetentionPolicies.Put put =
                policies.put(caches.require(tenant, name), request::over, new Preconditions(ifMatch, ifNoneMatch));
        return answer(Response.status(put.made() ? Response.Status.CREATED : Response.Status.OK), put.stored());
    }

    @DELETE
    @Requires(Right.ADMINISTER_CACHE)
    public Response delete(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        if (!policies.delete(caches.require(tenant, name), ifMatch)) {
            throw new ProblemException(ProblemType.NOT_FOUND, "The cache has no policy: it keeps all for ever");
        }
        return Response.noContent().build();
    }

    private static Response answer(Response.ResponseBuilder response, RetentionPolicies.Stored stored) {
        return response.entity(RetentionResponse.of(stored.policy()))
                .header(HttpHeaders.ETAG, stored.entityTag())
                .build();
    }
}
