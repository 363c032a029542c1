package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Page;
import io.narthex.http.RequestText;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/paths}: lists, shows and deletes what was pushed into a cache. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/paths")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PathsResource {
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,18}");
    private static final int HASH = 32;

    @Inject
    CachedPaths paths;

    @Inject
    PathIndex index;

    @Inject
    CacheDirectory caches;

    @GET
    @Requires(Right.PULL)
    public Response list(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @QueryParam("name") @DefaultValue("") String part,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, CURSOR);
        String cursor = page.after();
        List<PathResponse> found =
                paths.list(cache(tenant, name), part, cursor == null ? 0 : Long.parseLong(cursor), page.limit() + 1);
        return Response.ok(page.listing(found, p -> p, p -> Long.toString(p.id())))
                .build();
    }

    @GET
    @Path("{hash}")
    @Requires(Right.PULL)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("hash") String hash) {
        Cache cache = cache(tenant, name);
        StorePathHash parsed = parse(hash);
        // makes the signatures that are still to be made
        Optional<SignedPath> offered = index.find(cache, parsed);
        return Response.ok(paths.find(cache, parsed, offered).orElseThrow(PathsResource::absent))
                .build();
    }

    @DELETE
    @Path("{hash}")
    @Requires(Right.DELETE)
    public Response delete(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @PathParam("hash") String text,
            @QueryParam("force") @DefaultValue("false") String force) {
        Cache cache = cache(tenant, name);
        StorePathHash hash = parse(text);
        if (!force.equals("true") && !force.equals("false")) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "force must be true or false" + RequestText.met(force));
        }
        CachedPaths.UploadedHash path = paths.locate(cache, hash).orElse(null);
        if (path == null) {
            if (index.find(cache, hash).isPresent()) {
                throw new ProblemException(
                        ProblemType.CONFLICT,
                        "This path lies in the Nix store of the server's machine alone: collect it there");
            }
            throw absent();
        }
        List<StorePath> referrers = paths.delete(cache, path, force.equals("true"));
        if (!referrers.isEmpty()) {
            throw new ProblemException(Problem.of(
                            ProblemType.CONFLICT,
                            "Other paths of the cache refer to it: delete them first, or use ?force=true")
                    .with(
                            "referrers",
                            referrers.stream().map(StorePath::baseName).toList()));
        }
        return Response.noContent().build();
    }

    private Cache cache(String tenant, String name) {
        return caches.require(tenant, name);
    }

    private static StorePathHash parse(String text) {
        StorePathHash hash = text.length() == HASH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "The hash of a store path must be 32 characters of Nix's base32" + RequestText.met(text));
        }
        return hash;
    }

    private static ProblemException absent() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no such path in this cache");
    }
}
