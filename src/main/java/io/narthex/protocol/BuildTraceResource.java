package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.localstore.Realisation;
import io.narthex.localstore.Realisations;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.store.StorePath;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;

/** {@code build-trace-v2/{drv}/{output}.doi}: which path an output came to be, for Nix of 2.35 and later. */
@Path("build-trace-v2/{derivation}/{output}.doi")
public class BuildTraceResource {
    @Inject
    Realisations realisations;

    @Inject
    RealisationAnswer answer;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("derivation") String name, @PathParam("output") String output) throws IOException {
        StorePath derivation = Answers.derivation(name);
        if (!StorePath.isName(output)) {
            throw Answers.malformed("Not the name of an output");
        }
        Cache cache = requested.get();
        Realisation found =
                answer.offered(cache.showsLocalStore() ? realisations.find(derivation, output) : Optional.empty());
        byte[] fingerprint = RealisationFingerprint.of(derivation, output, found.outPath());
        return Response.ok(answer.json(found, fingerprint))
                .type("application/json")
                .header(HttpHeaders.CACHE_CONTROL, Answers.control(cache, Answers.MINUTES))
                .build();
    }
}
