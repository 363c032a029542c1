package io.narthex.protocol;

import io.narthex.http.Public;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.hash.NixFormatException;
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
import org.jspecify.annotations.Nullable;

/** {@code log/{drv}}: what a build printed. */
@Path("log/{derivation}")
public class BuildLogResource {
    @Inject
    LocalStore store;

    @GET
    @Public
    public Response get(@PathParam("derivation") String name) throws IOException {
        Optional<StorePath> derivation = parse(name);
        if (derivation.isEmpty()) {
            return Answers.malformed("Not the name of a derivation: {hash}-{name}.drv");
        }
        Optional<InputStream> log = store.buildLog(derivation.get());
        if (log.isEmpty()) {
            return Answers.absent();
        }
        InputStream text = log.get();
        return answer((StreamingOutput) out -> {
            try (text) {
                text.transferTo(out);
            }
        });
    }

    @HEAD
    @Public
    public Response head(@PathParam("derivation") String name) throws IOException {
        Optional<StorePath> derivation = parse(name);
        if (derivation.isEmpty()) {
            return Answers.malformed("Not the name of a derivation: {hash}-{name}.drv");
        }
        Optional<InputStream> log = store.buildLog(derivation.get());
        if (log.isEmpty()) {
            return Answers.absent();
        }
        log.get().close();
        return answer(null);
    }

    private static Response answer(@Nullable StreamingOutput body) {
        return Response.ok(body)
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Answers.DAY)
                .build();
    }

    private static Optional<StorePath> parse(String name) {
        try {
            return Optional.of(StorePath.parseBaseName(name))
                    .filter(p -> p.name().endsWith(".drv"));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }
}
