package io.narthex.access.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A kind of work that a token is for, such as pulling or pushing. */
public enum Scope {
    /** To read. */
    @JsonProperty("pull")
    PULL,
    /** To add, and to read: a client asks what is there before it sends. */
    @JsonProperty("push")
    PUSH,
    /** To remove paths. */
    @JsonProperty("delete")
    DELETE,
    /** To make what another cache holds visible in this one. */
    @JsonProperty("promote")
    PROMOTE,
    /** To loosen what a cache asks of paths that are promoted into it. */
    @JsonProperty("gate")
    GATE,
    /** To say what a cache may not give out. */
    @JsonProperty("deny")
    DENY,
    /** To make, change and delete caches and to give tokens; and to read. */
    @JsonProperty("administer")
    ADMINISTER,
    /** To read the server's numbers where they name tenants: of the server's tokens alone. */
    @JsonProperty("metrics")
    METRICS,
    /** To set and delete pins, and to read. */
    @JsonProperty("pin")
    PIN,
    /** To see how caches are used, and by whom: in all caches of a tenant its record, too. Not to read from them. */
    @JsonProperty("audit")
    AUDIT;

    /** As JSON and the table have it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty for what is no scope. */
    public static Optional<Scope> tryParse(String text) {
        for (Scope scope : values()) {
            if (scope.text().equals(text)) {
                return Optional.of(scope);
            }
        }
        return Optional.empty();
    }

    /** These with what they include. */
    static Set<Scope> closure(Set<Scope> scopes) {
        Set<Scope> all = EnumSet.noneOf(Scope.class);
        all.addAll(scopes);
        if (scopes.contains(PUSH) || scopes.contains(ADMINISTER) || scopes.contains(PIN)) {
            all.add(PULL);
        }
        if (scopes.contains(ADMINISTER)) {
            all.add(AUDIT);
        }
        return all;
    }
}
