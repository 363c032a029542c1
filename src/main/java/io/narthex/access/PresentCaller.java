package io.narthex.access;

import io.narthex.access.Caller.Administrator;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Nobody;
import io.narthex.access.Caller.Refused;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.OptionalLong;

/** Who sends the request at hand, once {@link AccessFilter} has asked. */
@RequestScoped
public class PresentCaller implements CurrentCaller {
    @Inject
    private CacheDirectory caches;

    private Caller caller = Caller.NOBODY;

    void set(Caller who) {
        caller = who;
    }

    Caller get() {
        return caller;
    }

    @Override
    public boolean isServerAdministrator() {
        return switch (caller) {
            case Nobody nobody -> false;
            case Refused refused -> false;
            case Administrator administrator -> true;
            case Holder holder -> holder.token().administersServer();
        };
    }

    @Override
    public boolean maySee(String tenant, String cache) {
        String name = tenant + "/" + cache;
        Target target = Target.of(caches.now().find(name), name);
        return AccessPolicy.decide(Right.VIEW_CACHE, caller, target) == Decision.ALLOW;
    }

    @Override
    public boolean mayPush(String tenant, String cache) {
        String name = tenant + "/" + cache;
        Target target = Target.of(caches.now().find(name), name);
        return AccessPolicy.decide(Right.PUSH, caller, target) == Decision.ALLOW;
    }

    @Override
    public OptionalLong token() {
        return caller instanceof Holder holder ? OptionalLong.of(holder.token().id()) : OptionalLong.empty();
    }
}
