package io.narthex.auditor;

import io.narthex.http.CurrentCaller;
import io.narthex.http.ProblemException;
import io.narthex.http.ProblemType;
import java.util.OptionalInt;

/**
 * Whose record a caller may see.
 *
 * @param tenantId of the one tenant; empty: all there is
 */
record Sight(OptionalInt tenantId) {
    /**
     * What this caller may see.
     *
     * @throws ProblemException 403, where that is nothing
     */
    static Sight of(CurrentCaller caller) {
        if (caller.isServerAdministrator()) {
            return new Sight(OptionalInt.empty());
        }
        OptionalInt tenant = caller.administeredTenant();
        if (tenant.isEmpty()) {
            throw new ProblemException(
                    ProblemType.FORBIDDEN,
                    "The record is for the server's administrator, and a tenant's for who administers all its caches");
        }
        return new Sight(tenant);
    }
}
