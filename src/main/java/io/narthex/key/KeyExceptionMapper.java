package io.narthex.key;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.key.KeyException.KnownKey;
import io.narthex.key.KeyException.NameOfOurs;
import io.narthex.key.KeyException.NameReserved;
import io.narthex.key.KeyException.NameTaken;
import io.narthex.key.KeyException.RevokedKey;
import io.narthex.key.KeyException.Sealed;
import io.narthex.key.KeyException.SecretDestroyed;
import io.narthex.key.KeyException.TooMany;
import io.narthex.key.KeyException.UnknownKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about keys into a problem response. */
@Provider
@ApplicationScoped
public class KeyExceptionMapper implements ExceptionMapper<KeyException> {
    private static final System.Logger LOG = System.getLogger(KeyExceptionMapper.class.getName());

    @Context
    UriInfo uri;

    @Override
    public Response toResponse(KeyException e) {
        if (e instanceof Sealed) {
            LOG.log(System.Logger.Level.ERROR, "event=key-sealed path={0} reason={1}", uri.getPath(), e.getMessage());
        }
        return ProblemWriter.answer(problem(e), uri).build();
    }

    private static Problem problem(KeyException e) {
        return switch (e) {
            case UnknownKey unknown -> Problem.of(ProblemType.NOT_FOUND, "The cache has no key of this name");
            case NameTaken taken ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "The name " + taken.name()
                                + " is that of another key of the cache: clients look a key up by its"
                                + " name, so make it under a new one");
            case NameOfOurs ours ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "Names of this form are given to keys that are made here, each once: make the key under another"
                                + " name");
            case NameReserved reserved ->
                Problem.of(
                        ProblemType.FORBIDDEN,
                        "A key named " + reserved.name() + " is for the server's administrator to import"
                                + " (NARTHEX_RESERVED_KEY_NAMES): make the key under another name");
            case RevokedKey revoked ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The key " + revoked.name() + " was revoked on this server, and does not come back")
                        .with("state", KeyState.REVOKED);
            case KnownKey known ->
                Problem.of(
                                ProblemType.CONFLICT,
                                known.state().isPublished()
                                        ? "The cache has this key, as " + known.name()
                                        : "The cache had this key, as " + known.name() + ", and a key that is "
                                                + known.state() + " does not come back")
                        .with("state", known.state());
            case TooMany many ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "The cache has " + many.most() + " keys that sign or will: revoke some, or let them retire");
            case Sealed sealed ->
                Problem.of(
                        ProblemType.UNAVAILABLE,
                        "The signing key " + sealed.name()
                                + " does not open under the server's master key; its log says why");
            case SecretDestroyed destroyed ->
                Problem.of(ProblemType.CONFLICT, "The secret of a key that is " + destroyed.state() + " is destroyed")
                        .with("state", destroyed.state());
        };
    }
}
