package io.narthex.tenant;

import io.narthex.quota.Quota;
import io.narthex.quota.Usage;
import java.time.Instant;

/** The JSON that describes a tenant. */
record TenantResponse(String name, Instant createdAt, Quota quota, Usage usage) {
    static TenantResponse of(TenantEntity tenant, Usage usage) {
        return new TenantResponse(tenant.name().text(), tenant.createdAt(), tenant.quota(), usage);
    }
}
