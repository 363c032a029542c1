package io.narthex.cache;

import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All caches in memory, by name and by host. Thread-safe. */
@ApplicationScoped
public class CacheDirectory {
    @Inject
    private Caches caches;

    private volatile @Nullable Snapshot snapshot;

    /** How the caches stand at one moment; the hot path holds it without a proxy for one request. */
    public static final class Snapshot {
        private final Map<String, Cache> byName = new HashMap<>();
        private final Map<String, Cache> byHost = new HashMap<>();
        private final Map<Integer, Cache> byId = new HashMap<>();
        private final Cache standard;

        Snapshot(List<Cache> all) {
            for (Cache cache : all) {
                byName.put(cache.fullName(), cache);
                byId.put(cache.id(), cache);
                cache.virtualHosts().forEach(host -> byHost.put(host, cache));
            }
            Cache known = byName.get(TenantName.DEFAULT + "/" + CacheName.DEFAULT);
            if (known == null) {
                throw new IllegalStateException("the database has no cache default/default");
            }
            standard = known;
        }

        /** {@code default/default}. */
        public Cache standard() {
            return standard;
        }

        /** The cache of that name, {@code tenant/cache}. */
        public Optional<Cache> find(String fullName) {
            return Optional.ofNullable(byName.get(fullName));
        }

        public Optional<Cache> find(int id) {
            return Optional.ofNullable(byId.get(id));
        }

        /** The cache that is served at the root of a host; null for all other hosts. */
        @Nullable
        Cache atHost(String host) {
            return byHost.get(host);
        }

        boolean hasHosts() {
            return !byHost.isEmpty();
        }

        /** Every cache there is. */
        public Collection<Cache> all() {
            return byId.values();
        }
    }

    /** How they stand now. */
    public Snapshot now() {
        Snapshot known = snapshot;
        return known == null ? reload() : known;
    }

    /** Reads them anew; a change that is committed before this call is seen after it. */
    public synchronized Snapshot reload() {
        Snapshot read = new Snapshot(caches.all());
        snapshot = read;
        return read;
    }
}
