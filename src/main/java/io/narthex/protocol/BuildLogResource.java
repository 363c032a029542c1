package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.HttpDate;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.localstore.BuildLog;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePath;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** {@code log/{drv}}: what a build printed. */
@Path("log/{derivation}")
public class BuildLogResource {
    @Inject
    LocalStore store;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("derivation") String name) {
        BuildLog log = find(name);
        InputStream text = open(log);
        StreamingOutput body = out -> {
            try (text) {
                text.transferTo(out);
            }
        };
        return answer(Response.ok(body), log);
    }

    @HEAD
    @Requires(Right.PULL)
    public Response head(@PathParam("derivation") String name) {
        BuildLog log = find(name);
        try {
            return answer(Response.ok().header(HttpHeaders.CONTENT_LENGTH, log.length()), log);
        } catch (IOException e) {
            throw Answers.absent();
        }
    }

    private BuildLog find(String name) {
        StorePath derivation = Answers.derivation(name);
        return Optional.of(requested.get())
                .filter(Cache::showsLocalStore)
                .flatMap(cache -> store.buildLog(derivation))
                .orElseThrow(Answers::absent);
    }

    /** A file that is no archive, or not one yet while its build goes on, is no log. */
    private static InputStream open(BuildLog log) {
        try {
            return log.open();
        } catch (IOException e) {
            throw Answers.absent();
        }
    }

    private Response answer(Response.ResponseBuilder response, BuildLog log) {
        return response.type("text/plain; charset=utf-8")
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.format(log.modified()))
                .header(HttpHeaders.CACHE_CONTROL, Answers.control(requested.get(), Answers.DAY))
                .build();
    }
}
