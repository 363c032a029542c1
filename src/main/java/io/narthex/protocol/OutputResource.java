package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.localstore.Realisation;
import io.narthex.localstore.Realisations;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.push.RealisationIntake;
import io.narthex.receive.SmallBody;
import io.narthex.upstream.SideFiles;
import io.narthex.upstream.SideFiles.SideFile;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells and takes which path an output of a derivation came to be, whichever way the URL names that output. */
abstract class OutputResource extends SideFileResource {
    @Inject
    Realisations realisations;

    @Inject
    RealisationResponse response;

    @Inject
    RequestedCache requested;

    @Inject
    RealisationIntake intake;

    @Inject
    PushRights rights;

    Response tell(OutputName name) throws IOException {
        Cache cache = requested.get();
        Optional<Realisation> own = response.offered(intake.find(cache, name.kind(), name.text(), local(cache, name)));
        return own.isPresent()
                ? answer(name, own.get())
                        .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                        .build()
                : theirs(cache, name);
    }

    /** What an upstream says and one of its keys has signed, of a path that the cache has. */
    private Response theirs(Cache cache, OutputName name) throws IOException {
        SideFile file = files.document(cache, name.url(), (f, keys) -> verdict(name, f, keys))
                .orElseThrow(AbsentPath::problem);
        Realisation told = response.offered(Optional.of(told(file))).orElseThrow(AbsentPath::problem);
        return described(answer(name, told), cache, file).build();
    }

    private static SideFiles.Verdict verdict(OutputName name, SideFile file, Collection<PublicKey> keys)
            throws IOException {
        return RealisationIntake.isSignedBy(keys, name.kind(), name.text(), told(file))
                ? SideFiles.Verdict.RIGHT
                : SideFiles.Verdict.UNSIGNED;
    }

    private static Realisation told(SideFile file) throws IOException {
        return RealisationIntake.realisation(UpstreamFiles.small(file));
    }

    private Response.ResponseBuilder answer(OutputName name, Realisation found) throws IOException {
        return Response.ok(response.json(name, found)).type("application/json");
    }

    /** @param parsed the name, for whoever may push: others learn nothing of the URL's form */
    Response take(Supplier<? extends OutputName> parsed, HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        OutputName name = parsed.get();
        byte[] json = SmallBody.read(
                request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), NarInfoReader.MAX_BYTES);
        Optional<Realisation> known = local(right.cache().whole(), name);
        return NarInfoResource.taken(intake.put(right, name.kind(), name.text(), known, json));
    }

    private Optional<Realisation> local(Cache cache, OutputName name) {
        return cache.showsLocalStore() ? name.find(realisations) : Optional.empty();
    }
}
