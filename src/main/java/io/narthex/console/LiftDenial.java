package io.narthex.console;

import io.narthex.cache.CacheDirectory;
import io.narthex.denial.DenialAdministration;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Lifts a rule of the cache about what it may not give out. */
@ApplicationScoped
public class LiftDenial implements PageAction {
    @Inject
    private CacheDirectory caches;

    @Inject
    private DenialAdministration denials;

    @Override
    public String name() {
        return "lift-denial";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.CACHE;
    }

    @Override
    public Right right() {
        return Right.DENY;
    }

    @Override
    public boolean needsFreshLogIn() {
        return true;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        denials.lift(caches.require(address.tenant(), address.cache()), form.posted("id"));
        return new Result.Done();
    }
}
