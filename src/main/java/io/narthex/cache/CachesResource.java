package io.narthex.cache;

import io.narthex.cache.CacheException.UnknownCache;
import io.narthex.http.BaseUrl;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Page;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
import io.narthex.tenant.NameRule;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tenants/{tenant}/caches}: lists, makes, changes and deletes the caches of a tenant. */
@Path("/api/v1/tenants/{tenant}/caches")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class CachesResource {
    @Inject
    CacheAdministration caches;

    @Inject
    CallerCaches changes;

    @Inject
    CacheDirectory directory;

    @Inject
    PublicKeys keys;

    @Inject
    Usages usages;

    @Inject
    CurrentCaller caller;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.VIEW_TENANT)
    public Response list(
            @PathParam("tenant") String tenant,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        TenantName owner = TenantName.tryParse(tenant).orElseThrow(UnknownTenant::new);
        BaseUrl base = url.base();
        List<StoredCache> found = caches.list(owner, page.after()).stream()
                .filter(c -> caller.maySee(tenant, c.cache().name().text()))
                .limit(page.limit() + 1L)
                .toList();
        Map<Integer, List<String>> trusted =
                keys.of(found.stream().map(StoredCache::cache).toList());
        Map<Integer, Usage> held =
                usages.ofCaches(found.stream().map(c -> c.cache().id()).toList());
        return Response.ok(page.listing(
                        found,
                        c -> CacheResponse.of(
                                c,
                                held.getOrDefault(c.cache().id(), Usage.NONE),
                                trusted.getOrDefault(c.cache().id(), List.of()),
                                base),
                        c -> c.cache().name().text()))
                .build();
    }

    @GET
    @Path("{cache}")
    @Requires(Right.VIEW_CACHE)
    public Response get(@PathParam("tenant") String tenant, @PathParam("cache") String name) {
        return answer(Response.ok(), caches.get(known(tenant), knownCache(name)));
    }

    @PUT
    @Path("{cache}")
    @Requires(Right.ADMINISTER_CACHE)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        TenantName owner = TenantName.tryParse(tenant).orElseThrow(UnknownTenant::new);
        CacheName parsed = parse(name);
        CacheAdministration.Put put =
                changes.put(owner, parsed, CacheRequest.read(body), new Preconditions(ifMatch, ifNoneMatch));
        ResponseBuilder response = put.made()
                ? Response.created(url.base().resolve("/api/v1/tenants/" + owner + "/caches/" + parsed))
                : Response.ok();
        return answer(response, put.cache());
    }

    @DELETE
    @Path("{cache}")
    @Requires(Right.ADMINISTER_CACHE)
    public Response delete(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        caches.delete(known(tenant), knownCache(name), new Preconditions(ifMatch, null));
        directory.reload();
        return Response.noContent().build();
    }

    private Response answer(ResponseBuilder response, StoredCache cache) {
        List<String> trusted =
                keys.of(List.of(cache.cache())).getOrDefault(cache.cache().id(), List.of());
        Usage held = usages.ofCaches(List.of(cache.cache().id()))
                .getOrDefault(cache.cache().id(), Usage.NONE);
        return response.entity(CacheResponse.of(cache, held, trusted, url.base()))
                .header(HttpHeaders.ETAG, cache.entityTag())
                .build();
    }

    /** What is no name is none of a tenant, nor of a cache. */
    private static TenantName known(String name) {
        return TenantName.tryParse(name).orElseThrow(UnknownCache::new);
    }

    private static CacheName knownCache(String name) {
        return CacheName.tryParse(name).orElseThrow(UnknownCache::new);
    }

    private static CacheName parse(String name) {
        try {
            return new CacheName(name);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }
}
