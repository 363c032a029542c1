package io.narthex.upstream;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.upstream.UpstreamException.CredentialsOfAnotherOrigin;
import io.narthex.upstream.UpstreamException.CredentialsWithoutTls;
import io.narthex.upstream.UpstreamException.ListedByPublicCache;
import io.narthex.upstream.UpstreamException.UnknownUpstream;
import io.narthex.upstream.UpstreamException.UrlMissing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about upstreams into a problem response. */
@Provider
@ApplicationScoped
public class UpstreamExceptionMapper implements ExceptionMapper<UpstreamException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(UpstreamException e) {
        return ProblemWriter.answer(problem(e), uri).build();
    }

    private static Problem problem(UpstreamException e) {
        return switch (e) {
            case UnknownUpstream unknown -> Problem.of(ProblemType.NOT_FOUND, "There is no such upstream");
            case UrlMissing missing -> bad("url", "A new upstream needs a url");
            case CredentialsWithoutTls plain ->
                bad("credentials", "Credentials are sent over https alone: the url must begin with https://");
            case CredentialsOfAnotherOrigin other ->
                bad(
                        "credentials",
                        "The credentials belong to another scheme, host or port: send them again with this url, or"
                                + " null");
            case ListedByPublicCache listed ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The public cache " + listed.cache()
                                        + " lists this upstream: it cannot have credentials meanwhile without publish")
                        .with("cache", listed.cache());
        };
    }

    private static Problem bad(String field, String sentence) {
        return Problem.of(ProblemType.BAD_REQUEST, sentence).with("field", field);
    }
}
