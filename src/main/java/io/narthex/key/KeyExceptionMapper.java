package io.narthex.key;

import io.narthex.http.Problem;
import io.narthex.http.ProblemType;
import io.narthex.http.ProblemWriter;
import io.narthex.key.KeyException.KnownKey;
import io.narthex.key.KeyException.NameTaken;
import io.narthex.key.KeyException.SecretDestroyed;
import io.narthex.key.KeyException.UnknownKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** What can be wrong with a wish about keys, as problems. */
@Provider
@ApplicationScoped
public class KeyExceptionMapper implements ExceptionMapper<KeyException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(KeyException e) {
        return ProblemWriter.answer(problem(e), uri).build();
    }

    private static Problem problem(KeyException e) {
        return switch (e) {
            case UnknownKey unknown -> Problem.of(ProblemType.NOT_FOUND, "The cache has no key of this name");
            case NameTaken taken ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "The name " + taken.name() + " is another key's: clients look a key up by its name, so make it"
                                + " under a new one");
            case KnownKey known ->
                Problem.of(
                                ProblemType.CONFLICT,
                                known.state().isPublished()
                                        ? "The cache has this key, as " + known.name()
                                        : "The cache had this key, as " + known.name() + ", and a key that is "
                                                + known.state() + " does not come back")
                        .with("state", known.state());
            case SecretDestroyed destroyed ->
                Problem.of(ProblemType.CONFLICT, "The secret of a key that is " + destroyed.state() + " is destroyed")
                        .with("state", destroyed.state());
        };
    }
}
