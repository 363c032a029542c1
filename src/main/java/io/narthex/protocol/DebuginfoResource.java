package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.HttpDate;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.PathIndex;
import io.narthex.index.upload.Document;
import io.narthex.push.DocumentIntake;
import io.narthex.receive.SmallBody;
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
import java.util.regex.Pattern;

/** {@code debuginfo/{buildid}.debug}: in which NAR the debug information of a build id lies. */
@Path("debuginfo/{file}")
public class DebuginfoResource {
    /** Nix: src/libstore/binary-cache-store.cc writes the first form, dwarffs asks for both. */
    private static final Pattern FILE = Pattern.compile("[0-9a-f]{40}(\\.debug)?");

    @Inject
    PathIndex index;

    @Inject
    RequestedCache requested;

    @Inject
    DocumentIntake documents;

    @Inject
    PushRights rights;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("file") String file) {
        Cache cache = requested.get();
        Document found = documents
                .findDebuginfo(cache, buildId(file))
                .filter(document -> !index.withholdsFile(cache, DocumentIntake.archive(document)))
                .orElseThrow(AbsentPath::problem);
        return Response.ok(found.content())
                .type("application/json")
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.format(found.publishedAt()))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.DAY))
                .build();
    }

    /** Keeps it, unless there is one already. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("file") String file, @Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        String buildId = buildId(file);
        byte[] json =
                SmallBody.read(request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), 64 << 10);
        return NarInfoResource.taken(documents.debuginfo(right, buildId, json));
    }

    private static String buildId(String file) {
        if (!FILE.matcher(file).matches()) {
            throw Responses.malformed(
                    "The name of debug information must be {build id of 40 hexadecimal digits}.debug", file);
        }
        return file.substring(0, 40);
    }
}
