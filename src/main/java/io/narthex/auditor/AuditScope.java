package io.narthex.auditor;

import io.narthex.http.CurrentCaller;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.util.OptionalInt;

/**
 * Which part of the record a caller may read: everything, or one tenant's.
 *
 * @param tenantId of the one tenant; empty: all there is
 */
public record AuditScope(OptionalInt tenantId) {
    /**
     * What this caller may see.
     *
     * @throws ProblemException 403, where that is nothing
     */
    public static AuditScope of(CurrentCaller caller) {
        if (caller.may(Right.AUDIT_SERVER, "", "")) {
            return new AuditScope(OptionalInt.empty());
        }
        OptionalInt tenant = caller.auditedTenant();
        if (tenant.isEmpty()) {
            throw new ProblemException(
                    ProblemType.FORBIDDEN,
                    "The record is for a token with audit or administer: for */* the server's, for all caches of a"
                            + " tenant that tenant's");
        }
        return new AuditScope(tenant);
    }
}
