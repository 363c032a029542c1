package io.narthex.browse;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import io.narthex.protocol.Responses;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;

/** {@code /}: the page for people who open a cache's URL in a browser. */
@Path("/")
public class HomeResource {
    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    @GET
    @Requires(Right.PULL)
    public Response get() {
        Cache cache = requested.get();
        String base = Html.text(requested.base().text());
        String keys = Html.text(
                ring.of(cache).published().stream().map(PublicKey::toString).collect(Collectors.joining(" ")));
        String body = """
            <h1>A Nix binary cache</h1>
            <p>This server hands out what a Nix store has built, signed, so that other machines need not build it
            again. It is served by Narthex.</p>
            <h2>Use it</h2>
            <p>In <code>nix.conf</code>, beside what is there already:</p>
            <pre>extra-substituters = %1$s
            extra-trusted-public-keys = %2$s</pre>
            <p>Or once, for one path:</p>
            <pre>nix-store -r PATH --option substituters %1$s --option trusted-public-keys '%2$s'</pre>
            <h2>Its key</h2>
            <pre>%2$s</pre>
            <p>Also at <a href="%1$s/public-key">public-key</a>; the cache describes itself at
            <a href="%1$s/nix-cache-info">nix-cache-info</a>.</p>
            """.formatted(base, keys);
        return Response.ok(Html.page("Nix binary cache", body))
                .type("text/html; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .header(HttpHeaders.VARY, "Host")
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
                .build();
    }
}
