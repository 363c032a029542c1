package io.narthex.protocol;

import io.narthex.configuration.Settings;
import io.narthex.http.Public;
import io.narthex.localstore.LocalStore;
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
    LocalStore store;

    @GET
    @Public
    public Response get() {
        String text =
                "StoreDir: " + store.storeDir().path() + "\nWantMassQuery: 1\nPriority: " + settings.priority() + "\n";
        return Response.ok(text)
                .type(Answers.CACHE_INFO_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, Answers.DAY)
                .build();
    }
}
