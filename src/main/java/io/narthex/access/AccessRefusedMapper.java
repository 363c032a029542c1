package io.narthex.access;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Turns the refusal of a caller into an HTTP response: 401, 403, or 404 where the caller may not know what there is.
 */
@Provider
@ApplicationScoped
public class AccessRefusedMapper implements ExceptionMapper<AccessRefusedException> {
    /** RFC 7617. Basic alone, for it is what curl, Nix and browsers can answer. */
    private static final String CHALLENGE = "Basic realm=\"narthex\", charset=\"UTF-8\"";

    @Context
    UriInfo uri;

    @Context
    HttpServletRequest request;

    @Inject
    PresentCaller present;

    @Inject
    RefusalRecord refusals;

    @Override
    public Response toResponse(AccessRefusedException e) {
        present.set(e.caller(), e.target());
        return switch (e.decision()) {
            case AUTHENTICATE ->
                ProblemWriter.answer(unauthenticated(e.caller()), uri)
                        .header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE)
                        .build();
            case FORBID -> {
                String sentence = Sentences.forbidden(e.right(), e.caller(), e.target());
                yield ProblemWriter.answer(Problem.of(ProblemType.FORBIDDEN, sentence), uri)
                        .build();
            }
            case HIDE, ALLOW -> {
                refusals.hidden(request.getMethod(), uri.getPath());
                yield ProblemWriter.answer(Problem.of(ProblemType.NOT_FOUND), uri)
                        .build();
            }
        };
    }

    private static Problem unauthenticated(Caller caller) {
        return Sentences.unauthenticated(caller)
                .map(sentence -> Problem.of(ProblemType.UNAUTHENTICATED, sentence))
                .orElseGet(() -> Problem.of(ProblemType.UNAUTHENTICATED));
    }
}
