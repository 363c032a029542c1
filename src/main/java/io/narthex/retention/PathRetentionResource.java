package io.narthex.retention;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.RequestText;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code …/caches/{cache}/paths/{hash}/retention}: why a path is still there, and when it goes. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/paths/{hash}/retention")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PathRetentionResource {
    @Inject
    Explanations explanations;

    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.PULL)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("hash") String text) {
        StorePathHash hash = text.length() == StorePathHash.LENGTH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "The hash of a store path must be 32 characters of Nix's base32" + RequestText.met(text));
        }
        return Response.ok(explanations
                        .explain(caches.require(tenant, name), hash)
                        .orElseThrow(() ->
                                new ProblemException(ProblemType.NOT_FOUND, "No such path was pushed into this cache")))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
