package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.audit.ReadLog;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Conditions;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.UsedBy;
import io.narthex.nix.store.StorePathHash;
import io.narthex.push.RefusedMapper;
import io.narthex.receive.Outcome;
import io.narthex.receive.Reception;
import io.narthex.retention.use.PushSessions;
import io.narthex.retention.use.UseLog;
import io.narthex.transfer.Coding;
import io.narthex.upstream.ServerVia;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * {@code {hash}.narinfo}: answers where memory does not know the path; what memory knows is answered before the
 * servlets.
 */
@Path("{hash}.narinfo")
public class NarInfoResource {
    @Inject
    PathIndex index;

    @Inject
    RequestedCache requested;

    @Inject
    Reception reception;

    @Inject
    RefusedMapper refusals;

    @Inject
    ReadLog reads;

    @Inject
    UseLog uses;

    @Inject
    PushSessions pushers;

    @Inject
    CurrentCaller caller;

    @Inject
    PushRights rights;

    @Inject
    ServerVia via;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("hash") String text, @Context HttpHeaders request) throws SQLException {
        Cache cache = requested.get();
        StorePathHash hash = Responses.hash(text);
        if (wouldAskInACircle(cache, hash, request)) {
            return Response.status(StatusCodes.LOOP_DETECTED)
                    .type(MediaType.TEXT_PLAIN)
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .entity(StatusCodes.LOOP_DETECTED + " " + ServerVia.CIRCLE + "\n")
                    .build();
        }
        UsedBy who = pushers.note(caller, cache, request.getHeaderString(HttpHeaders.AUTHORIZATION) != null);
        Optional<SignedPath> found = index.find(cache, hash);
        if (found.isEmpty()) {
            reads.miss(cache.tenantId(), cache.id());
            throw AbsentPath.problem();
        }
        SignedPath path = found.get();
        reads.hit(path.hits(), cache.tenantId(), cache.id(), path.path());
        uses.note(path, who);
        return response(cache, path, request);
    }

    /** Whether others would have to be asked for what was asked of this server by one that it asks. */
    private boolean wouldAskInACircle(Cache cache, StorePathHash hash, HttpHeaders request) throws SQLException {
        return cache.showsOthers()
                && via.isIn(request.getHeaderString(Headers.VIA_STRING))
                && index.lookUp(cache, Set.of(hash)).paths().isEmpty();
    }

    /** Publishes a path, or adds signatures to one that is published. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("hash") String text, @Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        StorePathHash hash = Responses.hash(text);
        RequestBody body = RequestBody.of(ServletRequestContext.requireCurrent().getExchange());
        Outcome outcome = reception.narInfo(right, hash, body, request.getHeader(HttpHeaders.CONTENT_ENCODING));
        return answer(outcome, refusals);
    }

    /** The answer to a PUT. */
    static Response answer(Outcome outcome, RefusedMapper refusals) {
        return switch (outcome) {
            case Outcome.Created created -> taken(true);
            case Outcome.Merged merged -> taken(false);
            case Outcome.Refused refused -> refusals.answer(refused);
            case Outcome.Malformed malformed -> throw new ProblemException(malformed.told());
            case Outcome.Unavailable away -> throw new ProblemException(away.told());
        };
    }

    /** The answer to a PUT that was taken. Never 202, which clients take for a failure. */
    static Response taken(boolean created) {
        return Response.status(created ? Response.Status.CREATED : Response.Status.OK)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static Response response(Cache cache, SignedPath path, HttpHeaders request) {
        NarInfoResponse narInfo =
                NarInfoResponse.of(path, Coding.acceptsZstd(request.getHeaderString(HttpHeaders.ACCEPT_ENCODING)));
        Instant modified = path.since();
        Response.ResponseBuilder response = Conditions.isKnown(
                        request.getHeaderString(HttpHeaders.IF_NONE_MATCH),
                        request.getHeaderString(HttpHeaders.IF_MODIFIED_SINCE),
                        narInfo.entityTag(),
                        modified)
                ? Response.notModified()
                : Response.ok(narInfo.body()).type(Responses.NARINFO_TYPE);
        if (narInfo.coded()) {
            response.header(HttpHeaders.CONTENT_ENCODING, Coding.ZSTD);
        }
        return response.header(HttpHeaders.ETAG, narInfo.entityTag())
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .header(SourceHeader.TEXT, path.origin())
                .build();
    }
}
