package io.narthex.tenant;

import java.time.Instant;

/** A tenant as JSON. */
record TenantAnswer(String name, Instant createdAt) {
    static TenantAnswer of(Tenant tenant) {
        return new TenantAnswer(tenant.name().text(), tenant.createdAt());
    }
}
