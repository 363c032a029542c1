package io.narthex.tenant;

import java.util.Set;

/** Lists the names that no tenant may have, since the server's own URLs begin with them or may one day. */
public final class ReservedNames {
    /** Reserved since there are tenants, so that none has them. */
    private static final Set<String> NEVER_GIVEN = Set.of(
            "api",
            "console",
            "nar",
            "log",
            "serve",
            "health",
            "metrics",
            "openapi",
            "realisations",
            "debuginfo",
            "version",
            "public-key",
            "setup",
            "index",
            "static",
            "well-known");

    /** Reserved later: a tenant that was made before may have one of these. */
    private static final Set<String> ADDED = Set.of("push", "pins", "denied", "oidc", "login", "logout", "assets");

    private ReservedNames() {}

    /** Whether no new tenant may have this name. */
    public static boolean contain(String name) {
        return ADDED.contains(name) || wereNeverGiven(name);
    }

    /** Whether no tenant has this name, not even one that was made by an earlier version. */
    static boolean wereNeverGiven(String name) {
        return NEVER_GIVEN.contains(name)
                || name.startsWith("nix-")
                || name.startsWith("build-trace")
                || name.startsWith("get-");
    }

    /** What to say to who wants one. */
    static String sentence(String name) {
        return "The name " + name + " is reserved for the server's own URLs: choose another";
    }
}
