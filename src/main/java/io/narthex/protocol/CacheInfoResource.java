package io.narthex.protocol;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.configuration.Settings;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.PublicKey;
import io.narthex.receive.SmallBody;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** {@code nix-cache-info}: what a client asks first. */
@Path("nix-cache-info")
public class CacheInfoResource {
    private static final String STORE_DIR = "StoreDir:";
    /** Nix's own has thirty bytes. */
    private static final int LONGEST = 64 << 10;

    @Inject
    Settings settings;

    @Inject
    RequestedCache requested;

    @Inject
    PushRights rights;

    /** What a client puts where it finds none: taken if it agrees, and of no effect. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@Context HttpServletRequest request) throws IOException {
        PushRight right = rights.present();
        byte[] body =
                SmallBody.read(request.getInputStream(), request.getHeader(HttpHeaders.CONTENT_ENCODING), LONGEST);
        Cache cache = right.again().cache();
        for (String line : new String(body, StandardCharsets.UTF_8).lines().toList()) {
            String said = line.startsWith(STORE_DIR)
                    ? line.substring(STORE_DIR.length()).strip()
                    : "";
            if (!said.isEmpty() && !said.equals(cache.storeDir().path())) {
                throw Responses.malformed("This cache is for paths in " + cache.storeDir() + ", not in "
                        + NixFormatException.quote(said));
            }
        }
        return NarInfoResource.taken(false);
    }

    /** The keys that have signed all that is here, where the cache asks for that. */
    private static String required(Cache cache) {
        String keys = cache.gates().requiredSignatures().stream()
                .map(PublicKey::toString)
                .collect(Collectors.joining(" "));
        return keys.isEmpty() ? "" : "\nRequiredSignatures: " + keys;
    }

    @GET
    @Requires(Right.PULL)
    public Response get() {
        Cache cache = requested.get();
        String text = "StoreDir: " + cache.storeDir() + "\nWantMassQuery: " + (cache.wantMassQuery() ? 1 : 0)
                + "\nPriority: " + cache.priority().orElse(settings.priority())
                // relative to the cache's URL, as the clients that know it take it
                + "\nGetNarInfosV1: " + NarInfoBatch.URL + required(cache) + "\n";
        return Response.ok(text)
                .type(Responses.CACHE_INFO_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.DAY))
                .build();
    }
}
