package io.narthex.key;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.Preconditions;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
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

/** {@code …/caches/{cache}/keys/policy}: how often a cache changes its key. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/keys/policy")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class KeyPolicyResource {
    @Inject
    KeyAdministration keys;

    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.VIEW_CACHE)
    public Response get(@PathParam("tenant") String tenant, @PathParam("cache") String name) {
        return answer(keys.policy(caches.require(tenant, name)));
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
        KeyPolicyRequest request = KeyPolicyRequest.read(body);
        return answer(
                keys.putPolicy(caches.require(tenant, name), request::over, new Preconditions(ifMatch, ifNoneMatch)));
    }

    private static Response answer(StoredPolicy policy) {
        return Response.ok(KeyPolicyResponse.of(policy))
                .header(HttpHeaders.ETAG, policy.entityTag())
                .build();
    }
}
