package io.narthex.protocol;

import io.narthex.configuration.Settings;
import io.narthex.http.Conditions;
import io.narthex.http.Public;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code nar/{…}.nar}: the bytes of a path, packed while they are sent. */
@Path("nar/{file}")
public class NarResource {
    @Inject
    PathIndex index;

    @Inject
    Settings settings;

    @Inject
    NarTransfer transfer;

    @GET
    @Public
    public Response get(@PathParam("file") String file, @Context HttpHeaders request) {
        return answer(file, request, true);
    }

    @HEAD
    @Public
    public Response head(@PathParam("file") String file, @Context HttpHeaders request) {
        return answer(file, request, false);
    }

    private Response answer(String file, HttpHeaders request, boolean body) {
        NarUrl url = NarUrl.parse(file)
                .orElseThrow(() ->
                        Answers.malformed("Not the name of a NAR: {narhash}.nar, {hash}-{narhash}.nar or {hash}.nar"));
        SignedPath path = find(url).orElseThrow(Answers::absent);
        String tag = '"' + path.narHash().nix32() + '"';
        Instant modified = path.path().registeredAt();
        // a HEAD tells the length, which a coded NAR does not have
        boolean coded = body
                && settings.narZstd()
                && request.getHeaderString("Range") == null
                && Coding.acceptsZstd(request.getHeaderString(HttpHeaders.ACCEPT_ENCODING));
        String sentTag = coded ? tag.replaceFirst("\"$", "-zstd\"") : tag;
        Response.ResponseBuilder response;
        if (Conditions.isKnown(
                request.getHeaderString(HttpHeaders.IF_NONE_MATCH),
                request.getHeaderString(HttpHeaders.IF_MODIFIED_SINCE),
                sentTag,
                modified)) {
            response = Response.notModified();
        } else if (coded) {
            response = Response.ok((StreamingOutput) out -> transfer.coded(path, out))
                    .header(HttpHeaders.CONTENT_ENCODING, Coding.ZSTD);
        } else {
            ByteRange range = range(request, tag, path);
            if (range instanceof ByteRange.Unsatisfiable) {
                return unsatisfiable(path);
            }
            response = plain(path, range, body);
        }
        if (settings.narZstd()) {
            response.header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        }
        return response.type(Answers.NAR_TYPE)
                .header(HttpHeaders.ETAG, sentTag)
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header(HttpHeaders.CACHE_CONTROL, url instanceof NarUrl.ByStoreHash ? Answers.DAY : Answers.FOREVER)
                .build();
    }

    private Optional<SignedPath> find(NarUrl url) {
        return switch (url) {
            case NarUrl.ByNarHash u -> index.findByNar(u.narHash());
            case NarUrl.ByStoreHash u -> index.find(u.hash());
            case NarUrl.ByBoth u -> index.find(u.hash()).filter(p -> p.narHash().equals(u.narHash()));
        };
    }

    /** A range counts only for the content that the client began with (RFC 9110, 13.1.5). */
    private static ByteRange range(HttpHeaders request, String tag, SignedPath path) {
        String condition = request.getHeaderString("If-Range");
        boolean same = condition == null || condition.equals(tag) || condition.equals(path.lastModified());
        return ByteRange.parse(same ? request.getHeaderString("Range") : null, path.narSize());
    }

    private Response.ResponseBuilder plain(SignedPath path, ByteRange range, boolean body) {
        long size = path.narSize();
        if (range instanceof ByteRange.Part part) {
            return sized(
                            Response.status(Response.Status.PARTIAL_CONTENT),
                            part.length(),
                            body ? out -> transfer.part(path, part, out) : null)
                    .header("Content-Range", "bytes " + part.first() + "-" + part.last() + "/" + size);
        }
        return sized(Response.ok(), size, body ? out -> transfer.whole(path, out) : null);
    }

    private static Response unsatisfiable(SignedPath path) {
        return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                .header("Content-Range", "bytes */" + path.narSize())
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type("text/plain; charset=utf-8")
                .entity("416 The NAR has " + path.narSize() + " bytes\n")
                .build();
    }

    private static Response.ResponseBuilder sized(
            Response.ResponseBuilder response, long length, @Nullable StreamingOutput body) {
        return response.entity(body).header(HttpHeaders.CONTENT_LENGTH, length).header("Accept-Ranges", "bytes");
    }
}
