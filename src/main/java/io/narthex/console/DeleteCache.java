package io.narthex.console;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheAdministration;
import io.narthex.cache.CacheDirectory;
import io.narthex.hold.HeldException;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Deletes the cache. */
@ApplicationScoped
public class DeleteCache implements PageAction {
    @Inject
    private CacheDirectory caches;

    @Inject
    private CacheAdministration administration;

    @Override
    public String name() {
        return "delete-cache";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.CACHE;
    }

    @Override
    public Right right() {
        return Right.ADMINISTER_CACHE;
    }

    @Override
    public boolean needsFreshLogIn() {
        return true;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        Cache cache = caches.require(address.tenant(), address.cache());
        if (!form.posted("name").equals(cache.fullName())) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "Type " + cache.fullName() + " to delete the cache");
        }
        if (cache.isDefault()) {
            throw new ProblemException(ProblemType.CONFLICT, "The default cache cannot be deleted");
        }
        try {
            administration.delete(cache.tenant(), cache.name(), new Preconditions(null, null));
        } catch (HeldException e) {
            throw new ProblemException(ProblemType.CONFLICT, "Something of it is under a legal hold");
        }
        caches.reload();
        return new Result.Next(PageAddress.ROOT);
    }
}
