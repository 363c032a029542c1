package io.narthex.audit;

import io.narthex.nix.store.StorePath;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change as a service describes it for the record. {@link AuditLog} adds who made it, from where and when.
 *
 * @param tenantId whose it is; null: the server's, or that of the cache
 * @param cacheId of the cache that it is about
 * @param path base name of the store path that it is about
 * @param key name of the signing key that it is about
 * @param detail more that an auditor may want: values that JSON has, and no secrets
 */
public record AuditEvent(
        AuditAction action,
        @Nullable Integer tenantId,
        @Nullable Integer cacheId,
        @Nullable String path,
        @Nullable String key,
        Map<String, Object> detail) {
    public AuditEvent {
        detail = Map.copyOf(detail);
    }

    /** An event of the server as a whole. */
    public static AuditEvent of(AuditAction action) {
        return new AuditEvent(action, null, null, null, null, Map.of());
    }

    /** The same in a tenant. */
    public AuditEvent tenant(int id) {
        return new AuditEvent(action, id, cacheId, path, key, detail);
    }

    /** The same in a cache of a tenant. */
    public AuditEvent cache(int tenant, int cache) {
        return new AuditEvent(action, tenant, cache, path, key, detail);
    }

    /** The same in a cache, and so in its tenant. */
    public AuditEvent cache(int cache) {
        return new AuditEvent(action, null, cache, path, key, detail);
    }

    /** The same about a path. */
    public AuditEvent path(StorePath about) {
        return new AuditEvent(action, tenantId, cacheId, about.baseName(), key, detail);
    }

    /** The same about a key. */
    public AuditEvent key(String name) {
        return new AuditEvent(action, tenantId, cacheId, path, name, detail);
    }

    /** The same with one thing more; null adds nothing. */
    public AuditEvent detail(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(detail);
        more.put(name, value);
        return new AuditEvent(action, tenantId, cacheId, path, key, more);
    }
}
