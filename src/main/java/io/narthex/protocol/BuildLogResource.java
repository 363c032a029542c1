package io.narthex.protocol;

import io.narthex.http.Public;
import io.narthex.localstore.LocalStore;
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
import org.jspecify.annotations.Nullable;

/** {@code log/{drv}}: what a build printed. */
@Path("log/{derivation}")
public class BuildLogResource {
    @Inject
    LocalStore store;

    @GET
    @Public
    public Response get(@PathParam("derivation") String name) throws IOException {
        InputStream text = log(name);
        return answer((StreamingOutput) out -> {
            try (text) {
                text.transferTo(out);
            }
        });
    }

    @HEAD
    @Public
    public Response head(@PathParam("derivation") String name) throws IOException {
        log(name).close();
        return answer(null);
    }

    private static Response answer(@Nullable StreamingOutput body) {
        return Response.ok(body)
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Answers.DAY)
                .build();
    }

    private InputStream log(String name) throws IOException {
        return store.buildLog(Answers.derivation(name)).orElseThrow(Answers::absent);
    }
}
