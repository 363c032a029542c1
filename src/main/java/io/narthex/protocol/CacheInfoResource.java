package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.configuration.Settings;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** {@code nix-cache-info}: what a client asks first. */
@Path("nix-cache-info")
public class CacheInfoResource {
    @Inject
    Settings settings;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get() {
        Cache cache = requested.get();
        String text = "StoreDir: " + cache.storeDir() + "\nWantMassQuery: " + (cache.wantMassQuery() ? 1 : 0)
                + "\nPriority: " + cache.priority().orElse(settings.priority()) + "\n";
        return Response.ok(text)
                .type(Answers.CACHE_INFO_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, Answers.control(cache, Answers.DAY))
                .build();
    }
}
