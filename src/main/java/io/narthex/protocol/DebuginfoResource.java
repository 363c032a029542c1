package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.HttpDate;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.NarFiles;
import io.narthex.index.upload.Document;
import io.narthex.push.DocumentIntake;
import io.narthex.receive.SmallBody;
import io.narthex.upstream.SideFiles;
import io.narthex.upstream.SideFiles.SideFile;
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
import java.util.regex.Pattern;

/** {@code debuginfo/{buildid}.debug}: in which NAR the debug information of a build id lies. */
@Path("debuginfo/{file}")
public class DebuginfoResource extends SideFileResource {
    /** Nix: src/libstore/binary-cache-store.cc writes the first form, dwarffs asks for both. */
    private static final Pattern FILE = Pattern.compile("[0-9a-f]{40}(\\.debug)?");

    @Inject
    NarFiles narFiles;

    @Inject
    RequestedCache requested;

    @Inject
    DocumentIntake documents;

    @Inject
    PushRights rights;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("file") String file) throws IOException {
        Cache cache = requested.get();
        Optional<Document> pushed = documents
                .findDebuginfo(cache, buildId(file))
                .filter(document -> !narFiles.withholdsFile(cache, DocumentIntake.archive(document.content())));
        if (pushed.isEmpty()) {
            return theirs(cache, file);
        }
        Document found = pushed.get();
        return Response.ok(found.content())
                .type("application/json")
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.format(found.publishedAt()))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.DAY))
                .build();
    }

    /** What an upstream says, which nobody has signed: of NARs that the cache has narinfos of, which somebody has. */
    private Response theirs(Cache cache, String file) throws IOException {
        SideFile found = files.document(cache, "debuginfo/" + file, (told, keys) -> verdict(told))
                .orElseThrow(AbsentPath::problem);
        byte[] json = DocumentIntake.ofOthers(UpstreamFiles.small(found));
        String archive = DocumentIntake.archive(json);
        if (narFiles.findHashesByFile(cache, archive).isEmpty() || narFiles.withholdsFile(cache, archive)) {
            throw AbsentPath.problem();
        }
        return described(Response.ok(json), cache, found)
                .type("application/json")
                .build();
    }

    private static SideFiles.Verdict verdict(SideFile file) throws IOException {
        byte[] read = DocumentIntake.ofOthers(UpstreamFiles.small(file));
        return read.length > 0 ? SideFiles.Verdict.RIGHT : SideFiles.Verdict.WRONG;
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
