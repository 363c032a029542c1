package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import io.narthex.key.PublishedKey;
import io.narthex.nix.signature.PublicKey;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Collectors;

/** {@code setup} and {@code post-build-hook}: what to write where to use a cache. */
@Path("/")
public class SetupResource {
    private static final String HOOK = read("/post-build-hook.sh");

    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    @GET
    @Path("setup")
    @Requires(Right.PULL)
    public Response setup() {
        Cache cache = requested.get();
        String url = requested.base().text();
        KeyRing.Ring ours = ring.of(cache);
        String keys = ours.published().stream().map(PublicKey::toString).collect(Collectors.joining(" "));
        String text = """
            # The cache %1$s

            # To fetch from it, in /etc/nix/nix.conf:
            extra-substituters = %2$s
            extra-trusted-public-keys = %3$s
            """.formatted(cache.fullName(), url, keys)
                + ours.all().stream().map(key -> change(key, ring.now())).collect(Collectors.joining())
                + (cache.isPublic() ? "" : "netrc-file = /etc/nix/netrc\n")
                + """

                # %1$s in /etc/nix/netrc, which only root may read (chmod 600):
                machine %2$s
                password TOKEN
                """.formatted(
                                cache.isPublic()
                                        ? "To push into it, and for nothing else, its token"
                                        : "To read it and to push into it, a token",
                                requested.base().machine())
                + """

                # To push into it, with a token that has the scope push:
                nix copy --to '%1$s' PATH
                # To push whatever this machine builds:
                curl %2$s -o /etc/nix/narthex-push %1$s/post-build-hook     # its first lines say how it is installed

                # When its key is changed: add the new key to trusted-public-keys as soon as it is shown here, while it is
                # PENDING, and drop the old one no sooner than 30 days after it is gone from here: so long do clients
                # remember what was signed by it. All its keys with their states and dates: %1$s/public-keys.json
                """.formatted(url, cache.isPublic() ? "-f" : "-f --netrc-file /etc/nix/netrc");
        return answer(cache, text);
    }

    /** What is to be done about a key that comes or goes. */
    private static String change(PublishedKey key, Instant now) {
        String name = key.publicKey().name();
        return switch (key.state()) {
            case PENDING -> "# " + name + " is PENDING: add it now, it signs from " + key.nextAt() + " on\n";
            case RETIRING ->
                "# " + name + " is RETIRING until " + key.nextAt() + ": keep it until then, and for 30 days more\n";
            case REVOKED -> "# " + name + " is REVOKED: take it out of trusted-public-keys now\n";
            case ACTIVE ->
                key.isReplacedSoon(now)
                        ? "# " + name + " is replaced at " + key.replacedAt()
                                + ": look here some days before for the next\n"
                        : "";
            case RETIRED -> "";
        };
    }

    @GET
    @Path("post-build-hook")
    @Requires(Right.PULL)
    public Response hook() {
        Cache cache = requested.get();
        String script = HOOK.replace("@NAME@", cache.fullName())
                .replace("@URL@", requested.base().text())
                .replace("@PUSH_URL@", requested.pushBase().text())
                .replace("@ID@", cache.tenant() + "." + cache.name());
        return answer(cache, script);
    }

    private static Response answer(Cache cache, String text) {
        return Response.ok(text)
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Answers.control(cache, Answers.MINUTES))
                .header(HttpHeaders.VARY, "Host")
                .build();
    }

    private static String read(String name) {
        try (InputStream in = SetupResource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build puts it there: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the build puts it there: " + name, e);
        }
    }
}
