package io.narthex.browse;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import io.narthex.protocol.Responses;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code setup} and {@code post-build-hook}: tell users what to write where to use a cache. */
@Path("/")
public class SetupResource {
    private static final String HOOK = read("/post-build-hook.sh");
    private static final String TEXT = "text/plain; charset=utf-8";

    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    @Inject
    RequestUrl server;

    /**
     * All parts or the one that is asked for; as text, or as a JSON object with a field for each part.
     *
     * @param ci where builds run: then the step by which they push
     */
    @GET
    @Path("setup")
    @Requires(Right.PULL)
    public Response setup(
            @QueryParam("part") @Nullable String part,
            @QueryParam("ci") @Nullable String ci,
            @Context HttpHeaders request) {
        Cache cache = requested.get();
        if (ci != null) {
            CiKind kind =
                    CiKind.named(ci).orElseThrow(() -> Responses.malformed("ci must be one of " + CiKind.NAMES, ci));
            CiSetup steps =
                    new CiSetup(cache.tenant().text(), cache.name().text(), server.base(), requested.pushBase());
            return answer(cache, steps.step(kind), TEXT);
        }
        SetupText text = text(cache);
        List<SetupPart> wanted = part == null
                ? List.of(SetupPart.values())
                : List.of(SetupPart.named(part)
                        .orElseThrow(() -> Responses.malformed("part must be one of " + SetupPart.NAMES, part)));
        if (Responses.isJson(request.getHeaderString(HttpHeaders.ACCEPT))) {
            Map<String, String> parts = new LinkedHashMap<>();
            wanted.forEach(one -> parts.put(one.text(), text.part(one)));
            return answer(cache, parts, "application/json");
        }
        return answer(cache, part == null ? text.whole() : text.part(wanted.getFirst()), TEXT);
    }

    private SetupText text(Cache cache) {
        KeyRing.Ring ours = ring.of(cache);
        return new SetupText(
                cache.fullName(),
                cache.isPublic(),
                requested.base(),
                requested.pushBase(),
                ours.all(),
                ring.now(),
                ours.published().stream().map(PublicKey::toString).collect(Collectors.joining(" ")));
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
        return answer(cache, script, TEXT);
    }

    private static Response answer(Cache cache, Object entity, String type) {
        return Response.ok(entity)
                .type(type)
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .header(HttpHeaders.VARY, "Host, Accept")
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
