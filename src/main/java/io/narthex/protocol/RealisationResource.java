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
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.store.DerivationOutput;
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

/** {@code realisations/{id}.doi}: which path an output came to be, for Nix of 2.4 to 2.34. */
@Path("realisations/{id}.doi")
public class RealisationResource {
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
    public Response get(@PathParam("id") String text) throws IOException {
        DerivationOutput id = parse(text);
        Cache cache = requested.get();
        Realisation found =
                answer.offered(intake.find(cache, DocumentKind.REALISATION, id.toString(), local(cache, id)));
        byte[] fingerprint = RealisationFingerprint.of(id, found.outPath(), found.dependent());
        return Response.ok(answer.json(id, found, fingerprint))
                .type("application/json")
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .build();
    }

    /** Keeps which path an output came to be, or adds signatures. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("id") String text, @Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        DerivationOutput id = parse(text);
        byte[] json = SmallBody.read(
                request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), NarInfoReader.MAX_BYTES);
        Optional<Realisation> known = local(right.cache().whole(), id);
        return NarInfoResource.taken(intake.put(right, DocumentKind.REALISATION, id.toString(), known, json));
    }

    private Optional<Realisation> local(Cache cache, DerivationOutput id) {
        return cache.showsLocalStore() ? realisations.find(id) : Optional.empty();
    }

    private static DerivationOutput parse(String text) {
        try {
            return DerivationOutput.parse(text);
        } catch (NixFormatException e) {
            throw Responses.malformed("Not the id of a realisation: sha256:{64 hexadecimal digits}!{output}");
        }
    }
}
