package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.denial.DeniedPaths;
import io.narthex.http.HttpDate;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.upload.DocumentFacts;
import io.narthex.localstore.BuildLog;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePath;
import io.narthex.push.DocumentIntake;
import io.narthex.receive.SmallBody;
import io.narthex.upstream.SideFiles.SideFile;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code log/{drv}}: what a build printed. */
@Path("log/{derivation}")
public class BuildLogResource extends SideFileResource {
    /** Of a log that is pushed, in bytes, decoded: longer ones help nobody. */
    private static final int LONGEST = 64 << 20;

    private static final String TEXT = "text/plain; charset=utf-8";

    @Inject
    LocalStore store;

    @Inject
    DeniedPaths denied;

    @Inject
    RequestedCache requested;

    @Inject
    DocumentIntake documents;

    @Inject
    PushRights rights;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("derivation") String name) {
        StorePath derivation = open(name);
        Optional<BuildLog> local = find(derivation);
        if (local.isEmpty()) {
            return pushed(derivation)
                    .map(pushed -> answer(pushed, out -> {
                        try (InputStream text = documents.open(pushed)) {
                            text.transferTo(out);
                        }
                    }))
                    .orElseGet(() -> theirs(derivation, true));
        }
        InputStream text = open(local.get());
        StreamingOutput body = out -> {
            try (text) {
                text.transferTo(out);
            }
        };
        return answer(Response.ok(body), local.get().modified());
    }

    @HEAD
    @Requires(Right.PULL)
    public Response head(@PathParam("derivation") String name) {
        StorePath derivation = open(name);
        Optional<BuildLog> local = find(derivation);
        if (local.isEmpty()) {
            return pushed(derivation).map(pushed -> answer(pushed, null)).orElseGet(() -> theirs(derivation, false));
        }
        try {
            return answer(
                    Response.ok().header(HttpHeaders.CONTENT_LENGTH, local.get().length()),
                    local.get().modified());
        } catch (IOException e) {
            throw AbsentPath.problem();
        }
    }

    /** Keeps what a build printed. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("derivation") String name, @Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        StorePath derivation = Responses.derivation(name);
        try (InputStream text =
                SmallBody.open(request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), LONGEST)) {
            return NarInfoResource.taken(documents.log(right, derivation, text));
        }
    }

    /** A derivation whose log may be told. */
    private StorePath open(String name) {
        StorePath derivation = Responses.derivation(name);
        if (denied.withholdsDerivation(requested.get(), derivation)) {
            throw AbsentPath.problem();
        }
        return derivation;
    }

    private Optional<BuildLog> find(StorePath derivation) {
        return requested.get().showsLocalStore() ? store.buildLog(derivation) : Optional.empty();
    }

    private Optional<DocumentFacts> pushed(StorePath derivation) {
        return documents.findLog(requested.get(), derivation);
    }

    /** What an upstream says that the build printed, which nobody has signed. */
    private Response theirs(StorePath derivation, boolean body) {
        Cache cache = requested.get();
        SideFile log = files.log(cache, derivation).orElseThrow(AbsentPath::problem);
        return described(Response.ok(body ? body(log) : null), cache, log)
                .type(TEXT)
                .build();
    }

    /** A file that is no archive, or not one yet while its build goes on, is no log. */
    private static InputStream open(BuildLog log) {
        try {
            return log.open();
        } catch (IOException e) {
            throw AbsentPath.problem();
        }
    }

    private Response answer(DocumentFacts log, @Nullable StreamingOutput body) {
        return answer(
                Response.ok(body)
                        .header(HttpHeaders.ETAG, log.entityTag())
                        .header(HttpHeaders.CONTENT_LENGTH, log.length()),
                log.publishedAt());
    }

    /** Another build of the same derivation may replace it at any time. */
    private Response answer(Response.ResponseBuilder response, Instant modified) {
        return response.type(TEXT)
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.format(modified))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(requested.get(), Responses.MINUTES))
                .build();
    }
}
