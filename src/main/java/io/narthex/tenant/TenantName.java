package io.narthex.tenant;

import java.util.Optional;
import java.util.Set;

/** The name of a tenant, the first segment of its caches' URLs. */
public record TenantName(String text) {
    /** First segments of the server's own URLs, those of the protocol among them. */
    private static final Set<String> RESERVED = Set.of(
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

    public static final TenantName DEFAULT = new TenantName("default");

    public TenantName {
        if (!NameRule.allows(text)) {
            throw new IllegalArgumentException("A tenant's name is " + NameRule.SENTENCE);
        }
        if (isReserved(text)) {
            throw new IllegalArgumentException("The name " + text + " is reserved for the server's own URLs");
        }
    }

    /** Empty for what is no tenant's name. */
    public static Optional<TenantName> tryParse(String text) {
        return NameRule.allows(text) && !isReserved(text) ? Optional.of(new TenantName(text)) : Optional.empty();
    }

    private static boolean isReserved(String text) {
        return RESERVED.contains(text)
                || text.startsWith("nix-")
                || text.startsWith("build-trace")
                || text.startsWith("get-");
    }

    @Override
    public String toString() {
        return text;
    }
}
