package io.narthex.denial;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/denied}: the rules of a cache about what it may not give out. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/denied")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class DenialResource extends DenialListResource {
    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.VIEW_CACHE)
    public Response list(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String cache,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return page(caches.require(tenant, cache), limit, after);
    }

    @GET
    @Path("{rule}")
    @Requires(Right.VIEW_CACHE)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("rule") String rule) {
        return show(caches.require(tenant, cache), rule);
    }

    /** Makes or changes a rule; with {@code dryRun=true} only says what it would do. */
    @PUT
    @Path("{rule}")
    @Requires(Right.DENY)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String cache,
            @PathParam("rule") String rule,
            @QueryParam("dryRun") @DefaultValue("false") String dryRun,
            InputStream body)
            throws IOException {
        return make(
                Asked.parse(rule, dryRun, body),
                caches.require(tenant, cache),
                "/api/v1/tenants/" + tenant + "/caches/" + cache + "/denied");
    }

    @DELETE
    @Path("{rule}")
    @Requires(Right.DENY)
    public Response lift(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("rule") String rule) {
        return end(caches.require(tenant, cache), rule);
    }
}
