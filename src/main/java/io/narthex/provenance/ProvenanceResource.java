package io.narthex.provenance;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.RequestText;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.PathIndex;
import io.narthex.key.KeyRing;
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

/** {@code …/paths/{hash}/provenance}: which build pushed a path, signed by the cache's keys. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/paths/{hash}/provenance")
@Produces({ProvenanceResource.ENVELOPE, MediaType.APPLICATION_JSON})
@RequestScoped
public class ProvenanceResource {
    static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";

    private static final int HASH = 32;

    @Inject
    CacheDirectory caches;

    @Inject
    PathIndex index;

    @Inject
    Provenances provenances;

    @Inject
    KeyRing ring;

    @GET
    @Requires(Right.PULL)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("hash") String text) {
        Cache cache = caches.require(tenant, name);
        StorePathHash hash = text.length() == HASH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "The hash of a store path must be 32 characters of Nix's base32" + RequestText.met(text));
        }
        if (index.find(cache, hash).isEmpty()) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such path in this cache");
        }
        Provenances.PushedPath path = provenances
                .find(cache, hash)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "No build whose identity was checked has pushed this path"));
        return Response.ok(ProvenanceStatement.of(path, cache.fullName())
                        .sign(ring.of(cache).members()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
