package io.narthex.protocol;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.localstore.StoreUnreadableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers 503 where Nix's database is there and cannot be read: what it holds may exist. */
@Provider
@ApplicationScoped
public class StoreUnreadableMapper implements ExceptionMapper<StoreUnreadableException> {
    private static final System.Logger LOG = System.getLogger(StoreUnreadableMapper.class.getName());

    @Context
    UriInfo uri;

    @Override
    public Response toResponse(StoreUnreadableException e) {
        LOG.log(System.Logger.Level.WARNING, "event=store-unreadable reason={0}", e.getMessage());
        return ProblemWriter.answer(Problem.of(ProblemType.UNAVAILABLE, "The Nix store cannot be read now"), uri)
                .build();
    }
}
