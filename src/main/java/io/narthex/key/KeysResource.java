package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.RequestText;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code …/caches/{cache}/keys}: lists, makes, imports, changes, revokes and exports the keys of a cache. */
@Path("/api/v1/tenants/{tenant}/caches/{cache}/keys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class KeysResource {
    /** What can stand in a URL as it is. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+=-]{0,254}");

    /** What stands in a key's place in URLs. */
    private static final Set<String> KEPT = Set.of("policy", "rotations");

    private static final int LONGEST_SECRET = 1_000;
    private static final int LONGEST_REASON = 1_000;

    @Inject
    KeyAdministration keys;

    @Inject
    CacheDirectory caches;

    @Inject
    Instance<SigningProgress> progress;

    @Inject
    RequestUrl url;

    @GET
    @Requires(Right.VIEW_CACHE)
    public Response list(@PathParam("tenant") String tenant, @PathParam("cache") String name) {
        Cache cache = caches.require(tenant, name);
        Map<String, SigningProgress.Progress> signing = signing(cache);
        return Response.ok(keys.list(cache).stream()
                        .map(key ->
                                KeyResponse.of(key, signing.get(key.publicKey().name())))
                        .toList())
                .build();
    }

    @GET
    @Path("{key}")
    @Requires(Right.VIEW_CACHE)
    public Response get(
            @PathParam("tenant") String tenant, @PathParam("cache") String name, @PathParam("key") String key) {
        Cache cache = caches.require(tenant, name);
        return Response.ok(answer(cache, keys.get(cache, key))).build();
    }

    @POST
    @Requires(Right.ADMINISTER_CACHE)
    public Response add(@PathParam("tenant") String tenant, @PathParam("cache") String name, InputStream body)
            throws IOException {
        Cache cache = caches.require(tenant, name);
        JsonField<String> posted = JsonBody.read(body, List.of("secretKey")).secret("secretKey", LONGEST_SECRET);
        String secret = posted.value();
        if (posted.named() && secret == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "secretKey must be a key: leave it out to make one");
        }
        return created(cache, secret == null ? keys.generate(cache) : bring(cache, secret));
    }

    private PublishedKey bring(Cache cache, String text) {
        try (SecretKey secret = SecretKey.parse(text.strip())) {
            if (!NAME.matcher(secret.publicKey().name()).matches()) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST,
                        "The key's name must be letters, digits and ._@+=-, at most 255"
                                + RequestText.met(secret.publicKey().name()));
            }
            if (KEPT.contains(secret.publicKey().name())) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST,
                        "No key may be named " + secret.publicKey().name() + ": its URL is another thing's");
            }
            return keys.bring(cache, secret);
        } catch (NixFormatException e) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "secretKey must be name:base64 as nix-store --generate-binary-cache-key writes it: "
                            + e.getMessage());
        }
    }

    @POST
    @Path("rotations")
    @Requires(Right.ADMINISTER_CACHE)
    public Response rotate(@PathParam("tenant") String tenant, @PathParam("cache") String name, InputStream body)
            throws IOException {
        Cache cache = caches.require(tenant, name);
        KeyAdministration.Begun begun = keys.rotate(cache, RotationRequest.read(body));
        return begun.begun()
                ? created(cache, begun.key())
                : Response.ok(answer(cache, begun.key())).build();
    }

    @POST
    @Path("{key}/revocation")
    @Requires(Right.ADMINISTER_CACHE)
    public Response revoke(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @PathParam("key") String key,
            InputStream body)
            throws IOException {
        Cache cache = caches.require(tenant, name);
        String reason = JsonBody.read(body, List.of("reason"))
                .text("reason", LONGEST_REASON)
                .value();
        if (reason == null || reason.isBlank()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "reason must say why the key is revoked" + RequestText.met(reason));
        }
        return Response.ok(answer(cache, keys.revoke(cache, key, reason.strip())))
                .build();
    }

    /** A POST, since it leaves a trace, and so that no proxy and no browser keeps what it answers. */
    @POST
    @Path("{key}/export")
    @Requires(Right.ADMINISTER_SERVER)
    public Response export(
            @PathParam("tenant") String tenant,
            @PathParam("cache") String name,
            @PathParam("key") String key,
            InputStream body)
            throws IOException {
        JsonBody.read(body, List.of());
        return Response.ok(Map.of("name", key, "secretKey", keys.export(caches.require(tenant, name), key)))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private Response created(Cache cache, PublishedKey key) {
        return Response.created(url.base()
                        .resolve("/api/v1/tenants/" + cache.tenant() + "/caches/" + cache.name() + "/keys/"
                                + key.publicKey().name()))
                .entity(answer(cache, key))
                .build();
    }

    private KeyResponse answer(Cache cache, PublishedKey key) {
        return KeyResponse.of(key, signing(cache).get(key.publicKey().name()));
    }

    private Map<String, SigningProgress.Progress> signing(Cache cache) {
        return progress.isResolvable() ? Map.copyOf(progress.get().of(cache.id())) : Map.of();
    }
}
