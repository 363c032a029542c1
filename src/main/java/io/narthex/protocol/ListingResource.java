package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.UpstreamNar;
import io.narthex.index.upload.ListingJson;
import io.narthex.index.upload.UploadSource;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.nar.NarListing;
import io.narthex.push.DocumentIntake;
import io.narthex.receive.SmallBody;
import io.narthex.transfer.Coding;
import io.narthex.transfer.OpenBodies;
import io.narthex.upstream.SideFiles.SideFile;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** {@code {hash}.ls}: what is in a path, with the place of each file in the NAR. */
@Path("{hash}.ls")
public class ListingResource extends SideFileResource {
    /** In bytes, as it comes: the largest paths of nixpkgs have listings of 40 MB, and this costs nothing but its way. */
    private static final int LONGEST = Integer.MAX_VALUE;

    @Inject
    PathIndex index;

    @Inject
    UploadSource uploads;

    @Inject
    LocalStore store;

    @Inject
    OpenBodies bodies;

    @Inject
    RequestedCache requested;

    @Inject
    PushRights rights;

    @Inject
    DocumentIntake documents;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("hash") String text) throws IOException {
        Cache cache = requested.get();
        SignedPath path = index.find(cache, Responses.hash(text)).orElseThrow(AbsentPath::problem);
        bodies.begin(ServletRequestContext.requireCurrent().getExchange(), cache, path);
        return switch (path.source()) {
            case NarSource.InLocalStore l -> made(cache, path, Response.ok(listed(store.locate(path.path()))));
            case NarSource.InBlobStore b -> made(cache, path, stored(uploads.listing(b.nar())));
            // ours is made of the NAR, which is not here yet
            case NarSource.AtUpstream u -> theirs(cache, u.nar());
        };
    }

    private Response theirs(Cache cache, UpstreamNar nar) {
        SideFile listing = files.listing(cache, nar).orElseThrow(AbsentPath::problem);
        return described(Response.ok(body(listing)), cache, listing)
                .type("application/json")
                .build();
    }

    private static Response made(Cache cache, SignedPath path, Response.ResponseBuilder response) {
        return response.header(HttpHeaders.ETAG, '"' + path.narHash().nix32() + "-ls\"")
                .type("application/json")
                .header(SourceHeader.TEXT, path.origin())
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.DAY))
                .build();
    }

    /** Takes a listing as read, coded or not: what is given out is made from the NAR. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("hash") String text, @Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        Responses.hash(text);
        try (InputStream body = SmallBody.open(request.getInputStream(), null, LONGEST)) {
            documents.listing(right, body);
        }
        return NarInfoResource.taken(false);
    }

    private static Response.ResponseBuilder stored(byte[] listing) {
        StreamingOutput body = out -> {
            try (InputStream json = Coding.unzstd(listing)) {
                json.transferTo(out);
            }
        };
        return Response.ok(body).header(HttpHeaders.CONTENT_LENGTH, Coding.lengthOf(listing));
    }

    private static byte[] listed(java.nio.file.Path root) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ListingJson.write(NarListing.of(root).root(), json);
        return json.toByteArray();
    }
}
