package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePathHash;
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

/** {@code serve/{hash}/{path}}: a look into a path, for people and programs. */
@Path("serve/{hash}{rest:(/.*)?}")
public class ServeResource {
    /** Nothing of a path runs, loads or frames anything on this origin. */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                    + " sandbox";

    @Inject
    PathIndex index;

    @Inject
    LocalStore store;

    @Inject
    RequestedCache requested;

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
        StorePathHash hash = Answers.hash(text);
        List<byte[]> names = UrlNames.after(request.getRequestURI(), "/serve/" + text)
                .orElseThrow(() -> Answers.malformed("Not a path inside a store path: serve/{hash}/{path}"));
        Cache cache = requested.get();
        SignedPath path = index.find(cache, hash).orElseThrow(Answers::absent);
        PathFiles files = new PathFiles(store.locate(path.path()), path.path().toString(store.storeDir()));
        PathFiles.Found found = files.find(names).orElseThrow(Answers::absent);
        Response.ResponseBuilder answer = found.attributes().isDirectory()
                ? directory(found.file(), path, names, request, body)
                : file(found, names, body);
        // a URL inside a path has one content for each of the path's NARs; a directory's two forms differ by their end
        boolean page = found.attributes().isDirectory() && !isJson(request);
        return answer.header(HttpHeaders.ETAG, '"' + path.narHash().nix32() + (page ? "-html\"" : "\""))
                .header(HttpHeaders.CACHE_CONTROL, Answers.control(cache, Answers.DAY))
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    private static Response.ResponseBuilder file(PathFiles.Found found, List<byte[]> names, boolean body)
            throws IOException {
        byte[] sample = new byte[FileTypes.SAMPLE];
        int length;
        try (InputStream in = Files.newInputStream(found.file())) {
            length = in.readNBytes(sample, 0, sample.length);
        }
        String name = names.isEmpty() ? "" : new String(names.getLast(), StandardCharsets.UTF_8);
        StreamingOutput content = out -> {
            try (InputStream in = Files.newInputStream(found.file())) {
                in.transferTo(out);
            }
        };
        return Response.ok(body ? content : null)
                .type(FileTypes.of(name, sample, length))
                .header(HttpHeaders.CONTENT_LENGTH, found.attributes().size());
    }

    private static Response.ResponseBuilder directory(
            java.nio.file.Path directory, SignedPath path, List<byte[]> names, HttpServletRequest request, boolean body)
            throws IOException {
        boolean json = isJson(request);
        DirectoryEntries entries = DirectoryEntries.of(directory);
        byte[] text = json ? DirectoryPage.json(entries) : DirectoryPage.html(entries, path.path(), names);
        return Response.ok(body ? text : null)
                .type(json ? "application/json" : "text/html; charset=utf-8")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header(HttpHeaders.CONTENT_LENGTH, text.length);
    }

    private static boolean isJson(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains("application/json") && !accept.contains("text/html");
    }
}
