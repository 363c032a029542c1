package io.narthex.console.oidc;

import io.narthex.access.token.Role;
import io.narthex.access.token.RoleIn;
import io.narthex.configuration.Oidc;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Says which roles groups have, by the rules of the setting: a pure function. */
public final class RoleRules {
    private RoleRules() {}

    /** All that some group of these has. */
    public static Set<RoleIn> roles(List<Oidc.Rule> rules, Set<String> groups) {
        Set<RoleIn> roles = new HashSet<>();
        for (Oidc.Rule rule : rules) {
            if (groups.contains(rule.group())) {
                roles.add(new RoleIn(rule.tenant(), Role.valueOf(rule.role().toUpperCase(Locale.ROOT))));
            }
        }
        return roles;
    }
}
