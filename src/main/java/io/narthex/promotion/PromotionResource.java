package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Page;
import io.narthex.http.RequestText;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/promotions}: makes what another cache holds visible in this one, and takes that back. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/promotions")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PromotionResource {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    @Inject
    Promoter promoter;

    @Inject
    CallerPromotions promotions;

    @Inject
    CacheDirectory caches;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.VIEW_CACHE)
    public Response list(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String cache,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NUMBER);
        String cursor = page.after();
        List<PromotionResponse> found = promoter.list(
                caches.require(tenant, cache), cursor == null ? 0 : Long.parseLong(cursor), page.limit() + 1);
        return Response.ok(page.listing(found, one -> one, one -> Long.toString(one.id())))
                .build();
    }

    @GET
    @Path("{id}")
    @Requires(Right.VIEW_CACHE)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("id") String id) {
        return Response.ok(
                        promoter.find(caches.require(tenant, cache), number(id)).orElseThrow(PromotionResource::none))
                .build();
    }

    /** 201 when all is visible, 202 where a job is to do it. */
    @POST
    @Requires(Right.PROMOTE)
    public Response promote(@PathParam("tenant") String tenant, @PathParam("cache") String cache, InputStream body)
            throws IOException {
        PromotionRequest request = PromotionRequest.read(body);
        Cache target = caches.require(tenant, cache);
        PromotionResponse made = promotions.begin(target, request);
        URI place = url.base().resolve("/api/v1/tenants/" + tenant + "/caches/" + cache + "/promotions/" + made.id());
        return made.isWaiting()
                ? Response.accepted(made).location(place).build()
                : Response.created(place).entity(made).build();
    }

    /** What nothing else keeps is gone from the cache. */
    @DELETE
    @Path("{id}")
    @Requires(Right.PROMOTE)
    public Response undo(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("id") String id) {
        return Response.ok(
                        promoter.undo(caches.require(tenant, cache), number(id)).orElseThrow(PromotionResource::none))
                .build();
    }

    private static long number(String id) {
        if (!NUMBER.matcher(id).matches()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "The id of a promotion is a number" + RequestText.met(id));
        }
        return Long.parseLong(id);
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no such promotion that is visible");
    }
}
