package io.narthex.cache;

import io.narthex.cache.CacheException.Circle;
import io.narthex.cache.CacheException.DefaultCache;
import io.narthex.cache.CacheException.EntersOtherwise;
import io.narthex.cache.CacheException.Guarded;
import io.narthex.cache.CacheException.HostTaken;
import io.narthex.cache.CacheException.NameReserved;
import io.narthex.cache.CacheException.NotYours;
import io.narthex.cache.CacheException.ShownByPublicCache;
import io.narthex.cache.CacheException.TooManySources;
import io.narthex.cache.CacheException.UnknownCache;
import io.narthex.cache.CacheException.UnknownSource;
import io.narthex.cache.CacheException.WouldBePublic;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns what is wrong with a request about caches into a problem response. */
@Provider
@ApplicationScoped
public class CacheExceptionMapper implements ExceptionMapper<CacheException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(CacheException e) {
        return ProblemWriter.answer(problem(e), uri).build();
    }

    static Problem problem(CacheException e) {
        return switch (e) {
            case UnknownCache unknown -> Problem.of(ProblemType.NOT_FOUND, "There is no such cache");
            case NotYours not ->
                Problem.of(ProblemType.FORBIDDEN, "Only the server's administrator may change " + not.setting())
                        .with("field", not.setting());
            case NameReserved reserved ->
                Problem.of(
                        ProblemType.BAD_REQUEST,
                        "The URL " + reserved.url() + " is reserved for the server's own: choose another name");
            case HostTaken taken ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The host " + taken.host() + " is another cache's, or the server's own")
                        .with("host", taken.host());
            case UnknownSource unknown ->
                Problem.of(
                                ProblemType.BAD_REQUEST,
                                "There is no source '" + unknown.name() + "' that is offered to this tenant")
                        .with("field", "sources");
            case WouldBePublic shown ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The source '" + shown.name()
                                        + "' is not public: a cache that is public, or has publish, cannot list it"
                                        + " unless that source has publish")
                        .with("source", shown.name());
            case ShownByPublicCache shown ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The cache " + shown.cache()
                                        + " shows everybody what this cache has: it cannot be private meanwhile without"
                                        + " publish")
                        .with("cache", shown.cache());
            case Circle circle ->
                Problem.of(
                                ProblemType.CONFLICT,
                                "The source '" + circle.source() + "' leads back to this cache: sources form a circle")
                        .with("source", circle.source());
            case TooManySources many ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "This cache, or one that lists it, would have more than " + many.most()
                                + " sources, with all that those list");
            case Guarded guarded ->
                Problem.of(
                                ProblemType.FORBIDDEN,
                                "Only the server's administrator, or a token with the scope gate, may loosen what the"
                                        + " cache asks of promoted paths")
                        .with("field", "gates");
            case EntersOtherwise otherwise ->
                Problem.of(ProblemType.BAD_REQUEST, "entry can be promotion only where sources is uploads alone")
                        .with("field", "entry");
            case DefaultCache standard ->
                Problem.of(
                        ProblemType.CONFLICT,
                        "default/default cannot be deleted: make it private, or switch it off"
                                + " (NARTHEX_DEFAULT_CACHE=off)");
        };
    }
}
