package io.narthex.console;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.key.KeyAdministration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Revokes a key of the cache. */
@ApplicationScoped
public class RevokeKey implements PageAction {
    /** As the API has it. */
    private static final int LONGEST_REASON = 1_000;

    @Inject
    private CacheDirectory caches;

    @Inject
    private KeyAdministration keys;

    @Override
    public String name() {
        return "revoke-key";
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
        String name = form.posted("id");
        String reason = form.posted("reason").strip();
        if (keys.list(cache).stream().noneMatch(key -> key.publicKey().name().equals(name))) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such key in this cache");
        }
        if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "The reason must say in at most 1,000 letters why the key is revoked");
        }
        keys.revoke(cache, name, reason);
        return new Result.Done();
    }
}
