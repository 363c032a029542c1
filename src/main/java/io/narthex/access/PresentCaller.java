package io.narthex.access;

import io.narthex.access.Caller.Administrator;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Nobody;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.audit.Requester;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Knows who sends the present request, once {@link AccessFilter} has found out. */
@RequestScoped
public class PresentCaller implements CurrentCaller, Requester {
    @Inject
    private CacheDirectory caches;

    private Caller caller = Caller.NOBODY;
    private List<Caller> callers = List.of(Caller.NOBODY);
    private Target target = Target.SERVER;

    void set(Caller who, Target about) {
        set(who, about, List.of(who));
    }

    /** @param all by which the sender of the request acts, one of which fits it best */
    void set(Caller who, Target about, List<Caller> all) {
        caller = who;
        target = about;
        callers = List.copyOf(all);
    }

    Target target() {
        return target;
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
        return may(Right.VIEW_CACHE, tenant, cache);
    }

    @Override
    public boolean mayAdminister(String tenant, String cache) {
        return may(Right.ADMINISTER_CACHE, tenant, cache);
    }

    @Override
    public boolean may(Right right, String tenant, String cache) {
        String name = tenant + "/" + cache;
        return may(right, Target.of(caches.now().find(name), name));
    }

    boolean may(Right right, Target about) {
        return callers.stream().anyMatch(each -> AccessPolicy.decide(right, each, about) == Decision.ALLOW);
    }

    @Override
    public OptionalInt auditedTenant() {
        Token.Owner owner = caller instanceof Holder holder && holder.token().auditsTenant()
                ? holder.token().tenant()
                : null;
        return owner == null ? OptionalInt.empty() : OptionalInt.of(owner.id());
    }

    @Override
    public OptionalLong token() {
        return caller instanceof Holder holder ? OptionalLong.of(holder.token().id()) : OptionalLong.empty();
    }

    @Override
    public String kind() {
        return switch (caller) {
            case Nobody nobody -> "anonymous";
            case Refused refused -> refused.token() == null ? "anonymous" : "token";
            case Administrator administrator -> "administrator";
            case Holder holder -> "token";
        };
    }

    @Override
    public @Nullable String tokenId() {
        Token known = known();
        return known == null ? null : known.publicId();
    }

    @Override
    public @Nullable String tokenNote() {
        Token known = known();
        return known == null ? null : known.note();
    }

    /** The token that was shown, also one that is no longer valid; null where none of ours was. */
    @Nullable
    Token known() {
        return switch (caller) {
            case Nobody nobody -> null;
            case Refused refused -> refused.token();
            case Administrator administrator -> null;
            case Holder holder -> holder.token();
        };
    }
}
