package io.narthex.http;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;

/**
 * Refuses requests of other sites' pages to what the API can change. A browser asks before it sends JSON to another
 * site, and says where a page is from.
 */
@Provider
@ApplicationScoped
public class ApiRequestFilter implements ContainerRequestFilter {
    /** RFC 8693 has it in a form; it needs no credentials that a browser would send by itself. */
    private static final String WITH_FORM = "/api/v1/oidc/token";

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    @Inject
    RequestUrl url;

    @Override
    public void filter(ContainerRequestContext request) {
        if (SAFE.contains(request.getMethod()) || !ProblemWriter.isApi(request.getUriInfo())) {
            return;
        }
        String origin = request.getHeaderString("Origin");
        if (origin != null && !url.isOwn(origin)) {
            throw new ProblemException(Problem.of(ProblemType.FOREIGN_ORIGIN));
        }
        boolean form = request.getUriInfo().getPath().equals(WITH_FORM)
                && MediaType.APPLICATION_FORM_URLENCODED_TYPE.isCompatible(request.getMediaType());
        if (!form && !isJsonOrNothing(request)) {
            throw new ProblemException(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send application/json, or no body");
        }
    }

    private static boolean isJsonOrNothing(ContainerRequestContext request) {
        String length = request.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if ("0".equals(length)) {
            return true;
        }
        MediaType type = request.getMediaType();
        // HTTP/2 may send a body without telling its length
        return type == null
                ? length == null && request.getHeaderString("Transfer-Encoding") == null
                : MediaType.APPLICATION_JSON_TYPE.isCompatible(type);
    }
}
