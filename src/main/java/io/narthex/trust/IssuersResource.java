package io.narthex.trust;

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
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/issuers}: whose identity tokens are believed on this server. */
@Path("/api/v1/issuers")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class IssuersResource {
    @Inject
    IssuerAdministration issuers;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        List<Issuer> found = issuers.list(page.after(), page.limit() + 1);
        return Response.ok(page.listing(found, IssuerResponse::of, Issuer::name))
                .build();
    }

    @GET
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("name") String name) {
        return answer(Response.ok(), issuers.get(name));
    }

    @PUT
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            InputStream body)
            throws IOException {
        if (!NameRule.allows(name)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "An issuer's name is " + NameRule.SENTENCE);
        }
        IssuerAdministration.Put put =
                issuers.put(name, IssuerRequest.read(body), new Preconditions(ifMatch, ifNoneMatch));
        return answer(
                put.made() ? Response.created(url.base().resolve("/api/v1/issuers/" + name)) : Response.ok(),
                put.issuer());
    }

    @DELETE
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response delete(
            @PathParam("name") String name, @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        issuers.delete(name, new Preconditions(ifMatch, null));
        return Response.noContent().build();
    }

    private static Response answer(ResponseBuilder response, Issuer issuer) {
        return response.entity(IssuerResponse.of(issuer))
                .header(HttpHeaders.ETAG, issuer.entityTag())
                .build();
    }
}
