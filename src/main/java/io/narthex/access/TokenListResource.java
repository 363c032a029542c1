package io.narthex.access;

import io.narthex.http.RequestUrl;
import io.narthex.tenant.TenantName;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lists, shows, makes and revokes the tokens of one owner: a tenant, or the server where the tenant is null. */
abstract class TokenListResource {
    @Inject
    TokenOperations operations;

    @Inject
    PresentCaller caller;

    @Inject
    RequestUrl url;

    Response page(@Nullable TenantName owner, @Nullable String limit, @Nullable String after) {
        return Response.ok(operations.list(owner, limit, after, caller.get())).build();
    }

    Response show(@Nullable TenantName owner, String id) {
        return Response.ok(operations.get(owner, id, caller.get())).build();
    }

    /** @param path of the list, without a slash at its end */
    Response make(@Nullable TenantName owner, InputStream body, String path) throws IOException {
        TokenAdministration.Made made = operations.make(owner, body, caller.get());
        return Response.created(url.base().resolve(path + "/" + made.token().publicId()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(TokenResponse.of(made.token(), made.text()))
                .build();
    }

    Response end(@Nullable TenantName owner, String id) {
        operations.revoke(owner, id, caller.get());
        return Response.noContent().build();
    }
}
