package io.narthex.http.problem;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.net.SocketTimeoutException;

/**
 * Answers a request whose body was given up because it came too slowly. The status is 400 and not 408 or 503: to those,
 * clients of Nix before 2.33 send the body again, as nothing, and then hang.
 */
@Provider
@ApplicationScoped
public class SlowBodyMapper implements ExceptionMapper<SocketTimeoutException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(SocketTimeoutException e) {
        String text = String.valueOf(e.getMessage());
        String sentence = text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
        return ProblemWriter.answer(Problem.of(ProblemType.BAD_REQUEST, sentence), uri)
                .build();
    }
}
