package io.narthex.auditor;

import io.narthex.auditor.NamedHold.Target;
import io.narthex.cache.CacheName;
import io.narthex.http.JsonBody;
import io.narthex.http.RequestText;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts a cache, a pin, a closure or all caches of a tenant under a legal hold with a name, and ends that. */
@Path("/api/v1/tenants/{tenant}/legal-holds")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class NamedHoldResource {
    private static final int LONGEST_REASON = 1_000;
    /** A file's name has at most 255 bytes, and the store's directory comes before it. */
    private static final int LONGEST_PATH = 512;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}");

    @Inject
    NamedHolds holds;

    @GET
    @Requires(Right.ADMINISTER_SERVER)
    public Response list(@PathParam("tenant") String tenant) {
        List<NamedHoldResponse> all =
                holds.list(known(tenant)).stream().map(NamedHoldResponse::of).toList();
        return answer(Response.ok(), new Holdings(all));
    }

    /** All holds with names; a tenant has few. */
    record Holdings(List<NamedHoldResponse> items) {}

    @GET
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response get(@PathParam("tenant") String tenant, @PathParam("name") String name) {
        return answer(Response.ok(), shown(known(tenant), name));
    }

    /** Sets it; one of that name that holds the same stays. */
    @PUT
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response put(@PathParam("tenant") String tenant, @PathParam("name") String name, InputStream body)
            throws IOException {
        TenantName owner = known(tenant);
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "The name of a hold must be 1 to 100 letters, digits, dots, dashes and underscores"
                            + RequestText.met(name));
        }
        JsonBody json = JsonBody.readPut(body, List.of("cache", "pin", "path", "reason"), NamedHoldResponse.class);
        Target target = target(json);
        String reason = json.text("reason", LONGEST_REASON).value();
        return switch (holds.put(owner, name, target, reason)) {
            case MADE -> answer(Response.status(Response.Status.CREATED), shown(owner, name));
            case KEPT -> answer(Response.ok(), shown(owner, name));
            case OTHER ->
                throw new ProblemException(
                        ProblemType.CONFLICT,
                        "The hold of that name holds something else: take another name, or release it first");
            case ABSENT ->
                throw new ProblemException(ProblemType.CONFLICT, "What is to be held is not in a cache of the tenant");
        };
    }

    @DELETE
    @Path("{name}")
    @Requires(Right.ADMINISTER_SERVER)
    public Response delete(@PathParam("tenant") String tenant, @PathParam("name") String name) {
        if (!holds.release(known(tenant), name)) {
            throw none();
        }
        return Response.noContent().build();
    }

    private static Target target(JsonBody json) {
        String cache = json.text("cache", LONGEST_PATH).value();
        String pin = json.text("pin", LONGEST_PATH).value();
        String path = json.text("path", LONGEST_PATH).value();
        if (cache != null && CacheName.tryParse(cache).isEmpty()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "cache must be the name of a cache" + RequestText.met(cache));
        }
        if (pin != null && (path != null || cache == null)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "pin is one of a cache, and without a path beside it");
        }
        return new Target(cache, pin, path == null ? null : baseName(path));
    }

    private static String baseName(String path) {
        try {
            return StorePath.parseBaseName(path.substring(path.lastIndexOf('/') + 1))
                    .baseName();
        } catch (NixFormatException e) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "path must be a store path, /nix/store/…" + RequestText.met(path));
        }
    }

    private NamedHoldResponse shown(TenantName tenant, String name) {
        return holds.find(tenant, name).map(NamedHoldResponse::of).orElseThrow(NamedHoldResource::none);
    }

    private static Response answer(Response.ResponseBuilder response, @Nullable Object entity) {
        return response.entity(entity)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no hold of that name");
    }

    private static TenantName known(String name) {
        return TenantName.tryParse(name).orElseThrow(UnknownTenant::new);
    }
}
