package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;

/** {@code public-key}: the keys to trust, in Nix's form, one a line. */
@Path("public-key")
public class PublicKeyResource {
    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get() {
        Cache cache = requested.get();
        String lines =
                ring.of(cache).published().stream().map(key -> key + "\n").collect(Collectors.joining());
        return Response.ok(lines)
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .build();
    }
}
