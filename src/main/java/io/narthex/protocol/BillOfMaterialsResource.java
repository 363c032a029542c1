package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code …/paths/{hash}/sbom}: what a path consists of, with all that it needs, in the form that auditors' tools read. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/paths/{hash}/sbom")
@RequestScoped
public class BillOfMaterialsResource {
    private static final String TYPE = "application/vnd.cyclonedx+json;version=1.6";

    /** Paths of a closure, some kilobytes each; a system has thousands. */
    private static final int MOST = 100_000;

    @Inject
    PathIndex index;

    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.PULL)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("hash") String hash) {
        Cache cache = caches.require(tenant, name);
        SignedPath root = index.find(cache, Responses.hash(hash))
                .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "There is no such path in this cache"));
        Collection<SignedPath> closure = closure(cache, root);
        return Response.ok((StreamingOutput) out -> BillOfMaterials.write(root, closure, out))
                .type(TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /** A step further at a time: what memory does not know is one question for each. */
    private Collection<SignedPath> closure(Cache cache, SignedPath root) {
        Map<StorePathHash, SignedPath> closure = new LinkedHashMap<>();
        closure.put(root.path().hash(), root);
        Collection<SignedPath> step = List.of(root);
        while (!step.isEmpty()) {
            List<StorePathHash> next = step.stream()
                    .flatMap(path -> path.facts().references().stream())
                    .map(StorePath::hash)
                    .filter(hash -> !closure.containsKey(hash))
                    .distinct()
                    .toList();
            if (closure.size() + next.size() > MOST) {
                throw new ProblemException(ProblemType.CONFLICT, "The closure has more than " + MOST + " paths");
            }
            Map<StorePathHash, SignedPath> found = index.findAll(cache, next);
            closure.putAll(found);
            step = found.values();
        }
        return closure.values();
    }
}
