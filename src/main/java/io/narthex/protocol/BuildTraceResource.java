package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.upload.DocumentKind;
import io.narthex.localstore.Realisation;
import io.narthex.localstore.Realisations;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.store.StorePath;
import io.narthex.push.RealisationIntake;
import io.narthex.push.SmallBody;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
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
    RealisationResponse answer;

    @Inject
    RequestedCache requested;

    @Inject
    RealisationIntake intake;

    @Inject
    PushRights rights;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("derivation") String name, @PathParam("output") String output) throws IOException {
        StorePath derivation = parse(name, output);
        Cache cache = requested.get();
        Realisation found = answer.offered(intake.find(
                cache, DocumentKind.BUILD_TRACE, key(derivation, output), local(cache, derivation, output)));
        byte[] fingerprint = RealisationFingerprint.of(derivation, output, found.outPath());
        return Response.ok(answer.json(found, fingerprint))
                .type("application/json")
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .build();
    }

    /** Keeps which path an output came to be, or adds signatures. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(
            @PathParam("derivation") String name,
            @PathParam("output") String output,
            @Context HttpServletRequest request)
            throws IOException {
        PushRight right = rights.present();
        StorePath derivation = parse(name, output);
        byte[] json = SmallBody.read(
                request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), NarInfoReader.MAX_BYTES);
        return NarInfoResource.taken(intake.put(
                right,
                DocumentKind.BUILD_TRACE,
                key(derivation, output),
                local(right.cache().whole(), derivation, output),
                json));
    }

    private Optional<Realisation> local(Cache cache, StorePath derivation, String output) {
        return cache.showsLocalStore() ? realisations.find(derivation, output) : Optional.empty();
    }

    private static StorePath parse(String name, String output) {
        StorePath derivation = Responses.derivation(name);
        if (!StorePath.isName(output)) {
            throw Responses.malformed("Not the name of an output");
        }
        return derivation;
    }

    private static String key(StorePath derivation, String output) {
        return derivation.baseName() + "/" + output;
    }
}
