package io.narthex.tenant;

import java.time.Instant;

/** The JSON that describes a tenant. */
record TenantResponse(String name, Instant createdAt) {
    static TenantResponse of(Tenant tenant) {
        return new TenantResponse(tenant.name().text(), tenant.createdAt());
    }
}
