package io.narthex.access;

import io.narthex.http.Problem;
import io.narthex.http.ProblemType;
import io.narthex.http.ProblemWriter;
import io.narthex.http.Right;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;

/** Lets a request through to a resource method that requires a right, or answers in its stead. */
@Priority(Priorities.AUTHENTICATION)
final class AccessFilter implements ContainerRequestFilter {
    /** RFC 7617. Basic alone, for it is what curl, Nix and browsers can answer. */
    private static final String CHALLENGE = "Basic realm=\"narthex\", charset=\"UTF-8\"";

    private final Right right;
    private final AdminToken adminToken;

    AccessFilter(Right right, AdminToken adminToken) {
        this.right = right;
        this.adminToken = adminToken;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        switch (AccessPolicy.decide(right, callerOf(request))) {
            case ALLOW -> {}
            case AUTHENTICATE ->
                request.abortWith(ProblemWriter.answer(Problem.of(ProblemType.UNAUTHENTICATED), request.getUriInfo())
                        .header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE)
                        .build());
        }
    }

    private Caller callerOf(ContainerRequestContext request) {
        List<String> given = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        if (given == null || given.isEmpty()) {
            return Caller.NOBODY;
        }
        // two headers are two callers: neither is believed
        return given.size() == 1 && adminToken.matches(PresentedToken.parse(given.get(0)))
                ? Caller.ADMINISTRATOR
                : Caller.STRANGER;
    }
}
