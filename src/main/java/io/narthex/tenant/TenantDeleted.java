package io.narthex.tenant;

/** A CDI event in the transaction that deletes a tenant, so that what others could want is free again with it. */
public record TenantDeleted(int tenantId) {}
