package io.narthex.protocol;

import io.narthex.access.PushRights;
import io.narthex.audit.Download;
import io.narthex.audit.ReadLog;
import io.narthex.audit.Requester;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.configuration.NarZstd;
import io.narthex.configuration.Settings;
import io.narthex.http.Conditions;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.NarFiles;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.push.RefusedMapper;
import io.narthex.receive.NarIntake;
import io.narthex.receive.Outcome;
import io.narthex.receive.Reception;
import io.narthex.retention.use.UseLog;
import io.narthex.transfer.BlobTransfer;
import io.narthex.transfer.ByteRange;
import io.narthex.transfer.Coding;
import io.narthex.transfer.CopiedBody;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarBody;
import io.narthex.transfer.NarTransfer;
import io.narthex.transfer.OpenBodies;
import io.narthex.transfer.PassingTransfer;
import io.undertow.servlet.handlers.ServletRequestContext;
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
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code nar/{file}}: the bytes of a path, packed while they are sent, or as they were pushed. */
@Path("nar/{file}")
public class NarResource {
    @Inject
    PathIndex index;

    @Inject
    NarFiles files;

    @Inject
    Settings settings;

    @Inject
    NarTransfer packed;

    @Inject
    BlobTransfer stored;

    @Inject
    PassingTransfer passing;

    @Inject
    RequestedCache requested;

    @Inject
    PushRights rights;

    @Inject
    NarIntake intake;

    @Inject
    Reception reception;

    @Inject
    RefusedMapper refusals;

    @Inject
    CurrentCaller caller;

    @Inject
    Requester requester;

    @Inject
    ReadLog reads;

    @Inject
    UseLog uses;

    @Inject
    OpenBodies bodies;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("file") String file, @Context HttpHeaders request) {
        return respond(file, request, true);
    }

    @HEAD
    @Requires(Right.PULL)
    public Response head(@PathParam("file") String file, @Context HttpHeaders request) {
        return respond(file, request, false);
    }

    /** Receives a file. Its answer says that it is right, not yet that it is durable: a narinfo's says that. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("file") String file, @Context HttpServletRequest request) throws IOException {
        Outcome outcome = reception.nar(
                rights.present(),
                file,
                RequestBody.of(ServletRequestContext.requireCurrent().getExchange()),
                request.getHeader(HttpHeaders.CONTENT_ENCODING),
                promised(request));
        return NarInfoResource.answer(outcome, refusals);
    }

    private @Nullable String token() {
        return requester.kind().equals(Download.ADMINISTRATOR) ? Download.ADMINISTRATOR : requester.tokenId();
    }

    private static OptionalLong promised(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    private Response respond(String file, HttpHeaders request, boolean body) {
        Cache cache = requested.get();
        NarName name = NarName.parse(file);
        Optional<NarFiles.FileOf> found = name.find(index, files, cache);
        if (found.isEmpty()
                && !body
                && caller.mayPush(cache.tenant().text(), cache.name().text())) {
            return staged(cache, file);
        }
        NarFiles.FileOf sent = found.orElseThrow(AbsentPath::problem);
        SignedPath path = sent.path();
        String control = Responses.control(cache, name.namesBytes() ? Responses.FOREVER : Responses.DAY);
        if (body) {
            // an answer without a NAR, 304 or 416, tells so by its status
            new Downloads(reads, uses, bodies, Clock.systemUTC())
                    .begin(ServletRequestContext.requireCurrent().getExchange(), cache, path, token());
        }
        return switch (sent.source()) {
            case NarSource.InLocalStore l -> local(cache, path, request, body, control);
            case NarSource.InBlobStore b -> plain(stored.of(b.nar()), path, request, body, control);
            case NarSource.AtUpstream u -> plain(passing.of(u.nar(), body), path, request, body, control);
        };
    }

    /** A file that no narinfo has claimed is there for who may push alone, and stays another day for being asked for. */
    private Response staged(Cache cache, String file) {
        long length = intake.lengthOf(cache, file).orElseThrow(AbsentPath::problem);
        return Response.ok()
                .type(Responses.NAR_TYPE)
                .header(HttpHeaders.CONTENT_LENGTH, length)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private Response local(Cache cache, SignedPath path, HttpHeaders request, boolean body, String control) {
        if (settings.narZstd() == NarZstd.FALSE) {
            return plain(packed.of(cache, path, false), path, request, body, control);
        }
        boolean zstd = Coding.acceptsZstd(request.getHeaderString(HttpHeaders.ACCEPT_ENCODING));
        Optional<CopiedBody> ready = zstd ? packed.ready(cache, path) : Optional.empty();
        NarBody nar = packed.of(cache, path, zstd);
        // a HEAD tells the length, which a NAR that is coded on the way does not have
        boolean onTheWay =
                zstd && body && settings.narZstd() == NarZstd.TRUE && request.getHeaderString("Range") == null;
        Response response = ready.map(copy -> ready(copy, nar, path, request, body, control))
                .orElseGet(
                        () -> onTheWay ? coded(nar, path, request, control) : plain(nar, path, request, body, control));
        return Response.fromResponse(response)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .build();
    }

    /** A range without a condition may go on with what began before the copy was ready, and was not coded. */
    private static Response ready(
            CopiedBody copy, NarBody nar, SignedPath path, HttpHeaders request, boolean body, String control) {
        boolean meant =
                request.getHeaderString("Range") == null || copy.tag().equals(request.getHeaderString("If-Range"));
        Response response = plain(meant ? copy : nar, path, request, body, control);
        if (!meant || !(response.getEntity() instanceof StreamingOutput)) {
            copy.close();
        }
        return meant && response.getStatusInfo().getFamily() == Response.Status.Family.SUCCESSFUL
                ? Response.fromResponse(response)
                        .header(HttpHeaders.CONTENT_ENCODING, Coding.ZSTD)
                        .build()
                : response;
    }

    private Response coded(NarBody nar, SignedPath path, HttpHeaders request, String control) {
        String tag = nar.tag().replaceFirst("\"$", "-zstd\"");
        if (isKnown(request, tag, path)) {
            return described(Response.notModified(), tag, path, control);
        }
        return described(
                Response.ok((StreamingOutput) out -> packed.coded(path, out))
                        .header(HttpHeaders.CONTENT_ENCODING, Coding.ZSTD),
                tag,
                path,
                control);
    }

    private static Response plain(NarBody nar, SignedPath path, HttpHeaders request, boolean body, String control) {
        if (isKnown(request, nar.tag(), path)) {
            return described(Response.notModified(), nar.tag(), path, control);
        }
        return switch (range(request, nar, path)) {
            case ByteRange.Unsatisfiable u -> unsatisfiable(nar.length());
            case ByteRange.Part part ->
                described(
                        sized(
                                        Response.status(Response.Status.PARTIAL_CONTENT),
                                        part.length(),
                                        body ? out -> nar.part(part, out) : null)
                                .header(
                                        "Content-Range",
                                        "bytes " + part.first() + "-" + part.last() + "/" + nar.length()),
                        nar.tag(),
                        path,
                        control);
            case ByteRange.Whole w ->
                described(sized(Response.ok(), nar.length(), body ? nar::whole : null), nar.tag(), path, control);
        };
    }

    private static boolean isKnown(HttpHeaders request, String tag, SignedPath path) {
        return Conditions.isKnown(
                request.getHeaderString(HttpHeaders.IF_NONE_MATCH),
                request.getHeaderString(HttpHeaders.IF_MODIFIED_SINCE),
                tag,
                path.since());
    }

    /** A range counts only for the content that the client began with (RFC 9110, 13.1.5). */
    private static ByteRange range(HttpHeaders request, NarBody nar, SignedPath path) {
        String condition = request.getHeaderString("If-Range");
        boolean same = condition == null || condition.equals(nar.tag()) || condition.equals(path.lastModified());
        return ByteRange.parse(same ? request.getHeaderString("Range") : null, nar.length());
    }

    private static Response described(Response.ResponseBuilder response, String tag, SignedPath path, String control) {
        return response.type(Responses.NAR_TYPE)
                .header(SourceHeader.TEXT, path.origin())
                .header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header(HttpHeaders.CACHE_CONTROL, control)
                .build();
    }

    private static Response unsatisfiable(long length) {
        return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                .header("Content-Range", "bytes */" + length)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type("text/plain; charset=utf-8")
                .entity("416 The NAR has " + length + " bytes\n")
                .build();
    }

    private static Response.ResponseBuilder sized(
            Response.ResponseBuilder response, long length, @Nullable StreamingOutput body) {
        return response.entity(body).header(HttpHeaders.CONTENT_LENGTH, length).header("Accept-Ranges", "bytes");
    }
}
