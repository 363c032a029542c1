package io.narthex.upstream;

import io.narthex.http.Page;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.NameRule;
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
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/upstreams}: lists, makes, changes and deletes upstreams. */
@Path("/api/v1/upstreams")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class UpstreamsResource {
    @Inject
    UpstreamAdministration upstreams;

    @Inject
    UpstreamDirectory directory;

    @Inject
    UpstreamStates states;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        return Response.ok(page.listing(
                        upstreams.list(page.after(), page.limit() + 1),
                        UpstreamResponse::of,
                        u -> u.upstream().name()))
                .build();
    }

    @GET
    @Path("{upstream}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("upstream") String name) {
        return answer(Response.ok(), upstreams.get(name));
    }

    /** How it stands, as this node sees it. */
    @GET
    @Path("{upstream}/health")
    @Requires(Right.ADMINISTER_SERVER)
    public Response health(@PathParam("upstream") String name) {
        return Response.ok(states.of(upstreams.get(name).upstream()).health()).build();
    }

    @PUT
    @Path("{upstream}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(
            @PathParam("upstream") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        if (!NameRule.allows(name)) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "The name of an upstream must have " + NameRule.SENTENCE);
        }
        UpstreamAdministration.Put put =
                upstreams.put(name, UpstreamRequest.read(body), new Preconditions(ifMatch, ifNoneMatch));
        // whoever is told of it finds it
        directory.reload();
        Response.ResponseBuilder response =
                put.made() ? Response.created(url.base().resolve("/api/v1/upstreams/" + name)) : Response.ok();
        return answer(response, put.upstream());
    }

    @DELETE
    @Path("{upstream}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response delete(
            @PathParam("upstream") String name, @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        upstreams.delete(name, new Preconditions(ifMatch, null));
        directory.reload();
        return Response.noContent().build();
    }

    private static Response answer(Response.ResponseBuilder response, StoredUpstream upstream) {
        return response.entity(UpstreamResponse.of(upstream))
                .header(HttpHeaders.ETAG, upstream.entityTag())
                .build();
    }
}
