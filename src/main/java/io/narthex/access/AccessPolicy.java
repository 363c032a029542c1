package io.narthex.access;

import io.narthex.access.Caller.Administrator;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Nobody;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.access.token.Target.State;
import io.narthex.access.token.Token;
import io.narthex.http.Right;

/** Decides whether a caller may do something: a pure function, and the only place of that decision. */
final class AccessPolicy {
    private AccessPolicy() {}

    static Decision decide(Right right, Caller caller, Target target) {
        return switch (caller) {
            case Nobody nobody -> nobody(right, target);
            case Refused refused -> Decision.AUTHENTICATE;
            case Administrator administrator -> Decision.ALLOW;
            case Holder holder ->
                holder.token().administersServer() ? Decision.ALLOW : holder(right, holder.token(), target);
        };
    }

    /** The same whether the cache is private or not there at all. */
    private static Decision nobody(Right right, Target target) {
        boolean open = right == Right.NOTHING || (right == Right.PULL && target.is() == State.PUBLIC);
        return open ? Decision.ALLOW : Decision.AUTHENTICATE;
    }

    private static Decision holder(Right right, Token token, Target target) {
        return switch (right) {
            case NOTHING, AUTHENTICATED -> Decision.ALLOW;
            case PULL -> target.is() == State.PUBLIC ? Decision.ALLOW : onCache(Scope.PULL, token, target);
            case PUSH -> onCache(Scope.PUSH, token, target);
            case DELETE -> onCache(Scope.DELETE, token, target);
            case PIN -> pin(token, target);
            case PROMOTE -> onCache(Scope.PROMOTE, token, target);
            case GATE -> onCache(Scope.GATE, token, target);
            case DENY -> onCache(Scope.DENY, token, target);
            case VIEW_CACHE -> view(token, target);
            case ADMINISTER_CACHE -> administer(token, target);
            case VIEW_TENANT -> isOfTenant(token, target) ? Decision.ALLOW : Decision.HIDE;
            case AUDIT_CACHE -> onCache(Scope.AUDIT, token, target);
            case AUDIT_TENANT -> auditTenant(token, target);
            case AUDIT_SERVER -> token.auditsServer() ? Decision.ALLOW : Decision.FORBID;
            case ADMINISTER_TENANT -> tenant(token, target);
            case ADMINISTER_SERVER -> Decision.FORBID;
        };
    }

    private static Decision onCache(Scope scope, Token token, Target target) {
        if (target.is() == State.ABSENT || !isFor(token, target)) {
            return unknown(target);
        }
        return token.grant().has(scope) ? Decision.ALLOW : Decision.FORBID;
    }

    private static Decision pin(Token token, Target target) {
        Decision decision = onCache(Scope.PIN, token, target);
        return decision == Decision.FORBID
                        && isFor(token, target)
                        && token.grant().has(Scope.ADMINISTER)
                ? Decision.ALLOW
                : decision;
    }

    private static Decision view(Token token, Target target) {
        return target.is() != State.ABSENT && isFor(token, target) ? Decision.ALLOW : unknown(target);
    }

    /** A cache that is not there is made by who would administer it: whose pattern its name fits, or who is for all. */
    private static Decision administer(Token token, Target target) {
        if (!isFor(token, target)) {
            return unknown(target);
        }
        if (token.grant().has(Scope.ADMINISTER)) {
            return Decision.ALLOW;
        }
        return target.is() == State.ABSENT ? Decision.HIDE : Decision.FORBID;
    }

    private static Decision tenant(Token token, Target target) {
        if (!isOfTenant(token, target)) {
            return Decision.HIDE;
        }
        return token.grant().has(Scope.ADMINISTER) ? Decision.ALLOW : Decision.FORBID;
    }

    /** A token for some caches reads nothing of the record: an event may be about the tenant, or about a cache that is gone. */
    private static Decision auditTenant(Token token, Target target) {
        if (!isOfTenant(token, target)) {
            return Decision.HIDE;
        }
        return token.auditsTenant() || token.auditsServer() ? Decision.ALLOW : Decision.FORBID;
    }

    /** To who has no part in it, a cache is there only if everybody may read it. */
    private static Decision unknown(Target target) {
        return target.is() == State.PUBLIC ? Decision.FORBID : Decision.HIDE;
    }

    private static boolean isFor(Token token, Target target) {
        return isOwn(token, target) && token.grant().matches(target);
    }

    private static boolean isOfTenant(Token token, Target target) {
        return isOwn(token, target) && token.grant().matchesTenant(target.tenant());
    }

    /** A tenant that has got the name of a deleted one is another. */
    private static boolean isOwn(Token token, Target target) {
        Token.Owner owner = token.tenant();
        return owner == null
                || (owner.name().equals(target.tenant())
                        && (target.tenantId() == null || target.tenantId() == owner.id()));
    }
}
