package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.retention.PinName;
import io.narthex.retention.Pins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Deletes a pin of the cache. */
@ApplicationScoped
public class DeletePin implements PageAction {
    @Inject
    private CacheDirectory caches;

    @Inject
    private Pins pins;

    @Inject
    private TokenLogin login;

    @Override
    public String name() {
        return "delete-pin";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.CACHE;
    }

    @Override
    public Right right() {
        return Right.PIN;
    }

    @Override
    public boolean needsFreshLogIn() {
        return false;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        boolean administers = login.may(Right.ADMINISTER_CACHE, address.tenant(), address.cache());
        boolean deleted = PinName.tryParse(form.posted("id"))
                .filter(pin -> pins.delete(caches.require(address.tenant(), address.cache()), pin, null, administers))
                .isPresent();
        if (!deleted) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such pin in this cache");
        }
        return new Result.Done();
    }
}
