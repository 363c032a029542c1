package io.narthex.console;

import io.narthex.access.TenantTokens;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Revokes a token of the tenant. */
@ApplicationScoped
public class RevokeToken implements PageAction {
    @Inject
    private TenantTokens tokens;

    @Override
    public String name() {
        return "revoke-token";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.CACHE;
    }

    @Override
    public Right right() {
        return Right.ADMINISTER_TENANT;
    }

    @Override
    public boolean needsFreshLogIn() {
        return false;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        tokens.revoke(CacheAddress.tenant(address), form.posted("id"));
        return new Result.Done();
    }
}
