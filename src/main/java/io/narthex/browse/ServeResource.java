package io.narthex.browse;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.StoredNar;
import io.narthex.index.upload.UploadSource;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.AbsentPath;
import io.narthex.protocol.Responses;
import io.narthex.receive.NarParts;
import io.narthex.transfer.OpenBodies;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** {@code serve/{hash}/{path}}: shows a file or directory inside a path, to people and programs. */
@Path("serve/{hash}{rest:(/.*)?}")
public class ServeResource {
    /** Nothing of a path runs, loads or frames anything on this origin. */
    private static final String POLICY = "default-src 'none'; style-src " + Html.STYLE.source()
            + "; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none';"
            + " sandbox";

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
    NarParts parts;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("hash") String hash, @Context HttpServletRequest request) throws IOException {
        return answer(hash, request, true);
    }

    @HEAD
    @Requires(Right.PULL)
    public Response head(@PathParam("hash") String hash, @Context HttpServletRequest request) throws IOException {
        return answer(hash, request, false);
    }

    private Response answer(String text, HttpServletRequest request, boolean body) throws IOException {
        StorePathHash hash = Responses.hash(text);
        List<byte[]> names = UrlNames.after(request.getRequestURI(), "/serve/" + text)
                .orElseThrow(() -> Responses.malformed(
                        "A path inside a store path must be serve/{hash}/{path}", request.getRequestURI()));
        Cache cache = requested.get();
        SignedPath path = index.find(cache, hash).orElseThrow(AbsentPath::problem);
        bodies.begin(ServletRequestContext.requireCurrent().getExchange(), cache, path);
        String logicalRoot = path.path().toString(cache.storeDir());
        Inside inside = switch (path.source()) {
            case NarSource.InLocalStore l -> local(path, logicalRoot, names);
            case NarSource.InBlobStore b -> stored(b.nar(), logicalRoot, names);
            case NarSource.AtUpstream u -> throw AbsentPath.problem();
        };
        Response.ResponseBuilder response = switch (inside) {
            case Inside.Directory d -> directory(d.entries(), path, names, request, body);
            case Inside.File f -> file(f, names, body);
        };
        // a URL inside a path has one content for each of the path's NARs; a directory's two forms differ by their end
        boolean page = inside instanceof Inside.Directory && !Responses.isJson(request.getHeader(HttpHeaders.ACCEPT));
        return response.header(HttpHeaders.ETAG, '"' + path.narHash().nix32() + (page ? "-html\"" : "\""))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.DAY))
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    /** What is there. */
    private sealed interface Inside {
        record Directory(DirectoryEntries entries) implements Inside {}

        /** @param size in bytes */
        record File(long size, Contents contents) implements Inside {}
    }

    /** Gives the bytes of a file. */
    private interface Contents {
        InputStream open() throws IOException;
    }

    private Inside local(SignedPath path, String logicalRoot, List<byte[]> names) throws IOException {
        PathFiles.Found found = new PathFiles(store.locate(path.path()), logicalRoot)
                .find(names)
                .orElseThrow(AbsentPath::problem);
        return found.attributes().isDirectory()
                ? new Inside.Directory(DirectoryEntries.of(found.file()))
                : new Inside.File(found.attributes().size(), () -> Files.newInputStream(found.file()));
    }

    private Inside stored(StoredNar nar, String logicalRoot, List<byte[]> names) throws IOException {
        StoredTree tree = new StoredTree(uploads.listing(nar), logicalRoot);
        StoredTree.Found found = tree.find(names).orElseThrow(AbsentPath::problem);
        return switch (found.node()) {
            case StoredTree.Node.Directory d -> new Inside.Directory(tree.entries(found));
            case StoredTree.Node.Regular r -> new Inside.File(r.size(), () -> parts.open(nar, r.narOffset(), r.size()));
            case StoredTree.Node.Symlink s -> throw AbsentPath.problem();
        };
    }

    /** Opened once: in a compressed NAR all that lies before a file is unpacked for that. */
    private static Response.ResponseBuilder file(Inside.File found, List<byte[]> names, boolean body)
            throws IOException {
        InputStream in = found.contents().open();
        byte[] sample;
        try {
            sample = in.readNBytes((int) Math.min(found.size(), FileTypes.SAMPLE));
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
        String name = names.isEmpty() ? "" : new String(names.getLast(), StandardCharsets.UTF_8);
        StreamingOutput content = null;
        if (body) {
            content = out -> {
                try (in) {
                    out.write(sample);
                    in.transferTo(out);
                }
            };
        } else {
            in.close();
        }
        return Response.ok(content)
                .type(FileTypes.of(name, sample, sample.length))
                .header(HttpHeaders.CONTENT_LENGTH, found.size());
    }

    private Response.ResponseBuilder directory(
            DirectoryEntries entries, SignedPath path, List<byte[]> names, HttpServletRequest request, boolean body)
            throws IOException {
        boolean json = Responses.isJson(request.getHeader(HttpHeaders.ACCEPT));
        byte[] text = json
                ? DirectoryPage.json(entries)
                : DirectoryPage.html(requested.prefix(), entries, path.path(), names);
        return Response.ok(body ? text : null)
                .type(json ? "application/json" : "text/html; charset=utf-8")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header(HttpHeaders.CONTENT_LENGTH, text.length);
    }
}
