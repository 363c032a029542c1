package io.narthex.access;

import io.narthex.access.Caller.Administrator;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Nobody;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.http.Right;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sentences that tell callers why they were refused and what they can do. */
final class Sentences {
    private Sentences() {}

    /** To who must show a token; empty where none was shown. */
    static Optional<String> unauthenticated(Caller caller) {
        return switch (caller) {
            case Refused refused -> Optional.of(refused.cause().sentence());
            case Nobody nobody -> Optional.empty();
            case Administrator administrator -> Optional.empty();
            case Holder holder -> Optional.empty();
        };
    }

    /** To who may know of it, and not do it. */
    static String forbidden(Right right, Caller caller, Target target) {
        if (right == Right.ADMINISTER_SERVER) {
            return "Only the server's administrator may do this";
        }
        if (right == Right.AUDIT_SERVER) {
            return "The server's record is for its administrator, and for a token of the server with audit for */*";
        }
        String where =
                target.cache().isEmpty() ? "the tenant " + target.tenant() : target.tenant() + "/" + target.cache();
        boolean elsewhere = caller instanceof Holder holder
                && !target.cache().isEmpty()
                && !holder.token().grant().matches(target);
        return elsewhere
                ? "The token is not for " + where + ", which it may only read"
                : "The token may not " + verb(right) + " " + where + ": its scopes are " + scopes(caller);
    }

    private static String verb(Right right) {
        return switch (right) {
            case PULL -> "pull from";
            case PUSH -> "push to";
            case DELETE -> "delete from";
            case PIN -> "set pins in";
            case PROMOTE -> "promote into";
            case GATE -> "loosen the gates of";
            case DENY -> "deny paths in";
            case VIEW_CACHE, VIEW_TENANT -> "see";
            case ADMINISTER_CACHE, ADMINISTER_TENANT -> "administer";
            case AUDIT_CACHE, AUDIT_TENANT -> "read the record of all of";
            case NOTHING, AUTHENTICATED, AUDIT_SERVER, ADMINISTER_SERVER -> "use";
        };
    }

    private static String scopes(Caller caller) {
        return caller instanceof Holder holder
                ? holder.token().grant().scopes().stream()
                        .sorted()
                        .map(Scope::text)
                        .collect(Collectors.joining(", "))
                : "none";
    }
}
