package io.narthex.http;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.List;

/**
 * Answers for what JAX-RS itself refuses: no such path, method or media type. JAX-RS's own words name classes and are
 * not sent.
 */
@Provider
@ApplicationScoped
public class WebApplicationExceptionMapper implements ExceptionMapper<WebApplicationException> {
    /** Headers that belong to a status and tell nothing about the server. */
    private static final List<String> KEPT = List.of(HttpHeaders.ALLOW, HttpHeaders.WWW_AUTHENTICATE, "Content-Range");

    @Context
    UriInfo uri;

    @Inject
    ThrowableMapper unforeseen;

    @Override
    public Response toResponse(WebApplicationException e) {
        Response refusal = e.getResponse();
        // OPTIONS, 304 and redirections come as exceptions too
        if (refusal.getStatus() < 400) {
            return refusal;
        }
        if (refusal.getStatus() >= 500) {
            return unforeseen.toResponse(e);
        }
        ResponseBuilder response = ProblemWriter.answer(Problem.of(ProblemType.ofStatus(refusal.getStatus())), uri);
        for (String name : KEPT) {
            String value = refusal.getHeaderString(name);
            if (value != null) {
                response.header(name, value);
            }
        }
        return response.build();
    }
}
