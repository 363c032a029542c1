package io.narthex.denial;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.Page;
import io.narthex.http.RequestText;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.NameRule;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code …/caches/{cache}/denied}: the rules of a cache about what it may not give out. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/denied")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class DenialResource {
    @Inject
    DenialAdministration denials;

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
        Page page = Page.parse(limit, after, NameRule.FORM);
        List<DenialResponse> found = denials.list(caches.require(tenant, cache), page.after(), page.limit() + 1);
        return Response.ok(page.listing(found, rule -> rule, DenialResponse::name))
                .build();
    }

    @GET
    @Path("{rule}")
    @Requires(Right.VIEW_CACHE)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("rule") String rule) {
        return Response.ok(denials.get(caches.require(tenant, cache), rule)).build();
    }

    /** Makes or changes a rule; with {@code dryRun=true} only says what it would do. */
    @PUT
    @Path("{rule}")
    @Requires(Right.DENY)
    public Response put(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String cache,
            @PathParam("rule") String rule,
            @QueryParam("dryRun") @DefaultValue("false") String dryRun,
            InputStream body)
            throws IOException {
        DenialRequest request = DenialRequest.read(body);
        if (!NameRule.allows(rule)) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "The name of a rule must be " + NameRule.SENTENCE + RequestText.met(rule));
        }
        if (!dryRun.equals("true") && !dryRun.equals("false")) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "dryRun must be true or false" + RequestText.met(dryRun));
        }
        if (dryRun.equals("true")) {
            return Response.ok(denials.effect(caches.require(tenant, cache), rule, request))
                    .build();
        }
        DenialAdministration.Put put = denials.put(caches.require(tenant, cache), rule, request);
        Response.ResponseBuilder response = put.made()
                ? Response.created(
                        url.base().resolve("/api/v1/tenants/" + tenant + "/caches/" + cache + "/denied/" + rule))
                : Response.ok();
        return response.entity(put.rule()).build();
    }

    @DELETE
    @Path("{rule}")
    @Requires(Right.DENY)
    public Response lift(
            @PathParam("tenant") String tenant, @PathParam("cache") String cache, @PathParam("rule") String rule) {
        denials.lift(caches.require(tenant, cache), rule);
        return Response.noContent().build();
    }
}
