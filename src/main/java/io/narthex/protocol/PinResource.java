package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.PathIndex;
import io.narthex.nix.store.StorePath;
import io.narthex.retention.PinName;
import io.narthex.retention.Pins;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** {@code pins/{name}}: the path that a pin names now, for scripts that deploy it. */
@Path("pins/{name}")
public class PinResource {
    @Inject
    Pins pins;

    @Inject
    PathIndex index;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("name") String name) {
        Cache cache = requested.get();
        StorePath path = PinName.tryParse(name)
                .flatMap(parsed -> pins.newest(cache, parsed))
                // a pin keeps its path, but a rule may deny it
                .filter(pinned -> index.find(cache, pinned.hash()).isPresent())
                .orElseThrow(() ->
                        new ProblemException(ProblemType.NOT_FOUND, "There is no such pin in this cache, or no more"));
        // it may name another path at any time
        return Response.ok(path.toString(cache.storeDir()) + "\n")
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }
}
