package io.narthex.access.token;

import java.util.Set;

/** What a group of people may do in a tenant, in one word: a set of scopes, for all caches there are or will be. */
@SuppressWarnings("ImmutableEnumChecker") // its sets are those of Set.of
public enum Role {
    READER(Set.of(Scope.PULL)),
    PUSHER(Set.of(Scope.PUSH)),
    /** Who keeps the keys, and so sets up caches and gives tokens. */
    KEEPER(Set.of(Scope.ADMINISTER)),
    /** Who reads what there is and what happened, and changes nothing. */
    AUDITOR(Set.of(Scope.PULL, Scope.AUDIT)),
    OWNER(Set.of(
            Scope.PULL, Scope.PUSH, Scope.PIN, Scope.DELETE, Scope.PROMOTE, Scope.GATE, Scope.DENY, Scope.ADMINISTER)),
    /** Of the server, and so of every tenant. */
    ADMINISTRATOR(Set.of(Scope.values()));

    private final Set<Scope> scopes;

    Role(Set<Scope> scopes) {
        this.scopes = scopes;
    }

    public Set<Scope> scopes() {
        return scopes;
    }
}
