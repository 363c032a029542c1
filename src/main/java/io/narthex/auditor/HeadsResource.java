package io.narthex.auditor;

import io.narthex.http.CurrentCaller;
import io.narthex.http.Page;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/audit/heads}: the present heads of the hash chains, signed now, for an auditor to keep elsewhere. */
@Path("/api/v1/audit/heads")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class HeadsResource {
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,9}");

    @Inject
    Heads heads;

    @Inject
    AuditKeys keys;

    @Inject
    CurrentCaller caller;

    /**
     * One page.
     *
     * @param publicKey that verifies the signatures, {@code name:base64}
     */
    record HeadsResponse(
            String publicKey,
            List<SignedHead> items,
            @Nullable String next) {}

    @GET
    @Requires(Right.AUTHENTICATED)
    public Response get(@QueryParam("limit") @Nullable String limit, @QueryParam("after") @Nullable String after) {
        OptionalInt tenant = AuditScope.of(caller).tenantId();
        Page page = Page.parse(limit, after, CURSOR);
        String cursor = page.after();
        int behind = cursor == null ? -1 : Integer.parseInt(cursor);
        List<SignedHead.Head> found = tenant.isEmpty()
                ? heads.now(behind, page.limit() + 1)
                : heads.now(Math.max(behind, tenant.getAsInt() - 1), 1).stream()
                        .filter(head -> head.number() == tenant.getAsInt())
                        .toList();
        var listing = page.listing(found, heads::signed, head -> Integer.toString(head.number()));
        HeadsResponse answer =
                new HeadsResponse(keys.current().secret().publicKey().toString(), listing.items(), listing.next());
        return Response.ok(answer).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }
}
