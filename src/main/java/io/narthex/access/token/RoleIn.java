package io.narthex.access.token;

import java.util.Locale;

/**
 * A role, and where one has it.
 *
 * @param tenant its name; empty for the administrator of the server alone
 */
public record RoleIn(String tenant, Role role) {
    /** As a session remembers it: {@code acme:pusher}, or {@code administrator}. */
    public String text() {
        String name = role.name().toLowerCase(Locale.ROOT);
        return tenant.isEmpty() ? name : tenant + ":" + name;
    }
}
