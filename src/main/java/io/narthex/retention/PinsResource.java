package io.narthex.retention;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Page;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
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
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/pins}: names that keep paths. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/pins")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PinsResource {
    /** Of the revisions of a pin, the newest. */
    private static final int MOST_REVISIONS = 1_000;

    @Inject
    Pins pins;

    @Inject
    CacheDirectory caches;

    @Inject
    CurrentCaller caller;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.PULL)
    public Response list(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, PinName.FORM);
        Cache cache = caches.require(tenant, name);
        List<Pin> found = pins.list(cache, page.after() == null ? "" : page.after(), page.limit() + 1);
        return Response.ok(page.listing(
                        found,
                        pin -> PinResponse.of(pin, List.of(pin.newest()), cache.storeDir()),
                        pin -> pin.name().text()))
                .build();
    }

    @GET
    @Path("{pin}")
    @Requires(Right.PULL)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("pin") String pin) {
        Cache cache = caches.require(tenant, name);
        return answer(
                Response.ok(),
                cache,
                PinName.tryParse(pin)
                        .flatMap(parsed -> pins.find(cache, parsed))
                        .orElseThrow(PinsResource::absent));
    }

    @PUT
    @Path("{pin}")
    @Requires(Right.PIN)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @PathParam("pin") String pin,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        Cache cache = caches.require(tenant, name);
        PinName parsed = PinName.parse(pin);
        Pins.Put put = pins.put(
                cache,
                parsed,
                PinRequest.read(body, cache.storeDir()),
                new Preconditions(ifMatch, ifNoneMatch),
                caller.mayAdminister(tenant, name));
        Response.ResponseBuilder response = put.made()
                ? Response.created(
                        url.base().resolve("/api/v1/tenants/" + tenant + "/caches/" + name + "/pins/" + parsed))
                : Response.ok();
        return answer(response, cache, put.pin());
    }

    @DELETE
    @Path("{pin}")
    @Requires(Right.PIN)
    public Response delete(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @PathParam("pin") String pin,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        Cache cache = caches.require(tenant, name);
        boolean deleted = PinName.tryParse(pin)
                .filter(parsed -> pins.delete(cache, parsed, ifMatch, caller.mayAdminister(tenant, name)))
                .isPresent();
        if (!deleted) {
            throw absent();
        }
        return Response.noContent().build();
    }

    private Response answer(Response.ResponseBuilder response, Cache cache, Pin pin) {
        return response.entity(PinResponse.of(pin, pins.revisions(pin, MOST_REVISIONS), cache.storeDir()))
                .header(HttpHeaders.ETAG, pin.entityTag())
                .build();
    }

    private static ProblemException absent() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no such pin in this cache");
    }
}
