package io.narthex.push;

import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestIdFilter;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.receive.Outcome;
import io.narthex.receive.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers a refused upload with a sentence, since Nix prints the body. */
@Provider
@ApplicationScoped
public class RefusedMapper implements ExceptionMapper<RefusedException> {
    @Context
    UriInfo uri;

    @Context
    HttpServletRequest request;

    @Inject
    RequestedCache requested;

    @Inject
    RefusedUploads refusals;

    @Override
    public Response toResponse(RefusedException e) {
        return answer(e.outcome());
    }

    /** The answer to the request at hand, whose refusal is recorded. */
    public Response answer(Outcome.Refused refused) {
        refusals.record(
                refused,
                new RefusedUploads.Upload(
                        RequestIdFilter.idOf(request), uri.getPath(), requested.fullName(), requested.find()));
        return ProblemWriter.answer(refused.told(), uri).build();
    }
}
