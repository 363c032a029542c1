package io.narthex.cache;

import io.narthex.change.Change;
import io.narthex.change.ChangeListener;
import io.narthex.configuration.Settings;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.TenantDeleted;
import io.narthex.tenant.TenantName;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps all caches in memory, by name and by host. Thread-safe. */
@ApplicationScoped
public class CacheDirectory implements ChangeListener {
    private static final System.Logger LOG = System.getLogger(CacheDirectory.class.getName());

    /** A database that was busy may not be any more. */
    private static final long AGAIN_MILLIS = 1_000;

    /** Their numbers are never used again. */
    private final Set<Integer> deletedTenants = ConcurrentHashMap.newKeySet();

    @Inject
    private Settings settings;

    @Inject
    private Caches caches;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    private volatile @Nullable Snapshot snapshot;

    /** How the caches stand at one moment; the hot path holds it without a proxy for one request. */
    public static final class Snapshot {
        private final Map<String, Cache> byName = new HashMap<>();
        private final Map<String, Cache> byHost = new HashMap<>();
        private final Map<Integer, Cache> byId = new HashMap<>();
        private final Cache standard;
        private final boolean standardIsServed;

        /** @param standardIsServed whether clients have {@code default/default} */
        Snapshot(Collection<Cache> all, boolean standardIsServed) {
            this.standardIsServed = standardIsServed;
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

        /** The cache that clients find where the URL names none; empty where it is switched off. */
        Optional<Cache> atRoot() {
            return Optional.of(standard).filter(this::isServed);
        }

        /** Whether clients have it: each but the default cache where that is switched off. */
        boolean isServed(Cache cache) {
            return standardIsServed || !cache.isDefault();
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

    /** The same for who asks once a request, without the proxy before this bean, which every hot narinfo would meet twice. */
    public CacheRouter.Directory unproxied() {
        return this::now;
    }

    /**
     * The cache that a URL of the API names.
     *
     * @throws io.narthex.http.problem.ProblemException 404, where there is none
     */
    public Cache require(String tenant, String name) {
        return now().find(tenant + "/" + name)
                .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "There is no such cache"));
    }

    /** Reads them anew; a change that is committed before this call is seen after it. */
    public synchronized Snapshot reload() {
        List<Cache> read = caches.all();
        Snapshot made = new Snapshot(
                read.stream()
                        .filter(c -> !deletedTenants.contains(c.tenantId()))
                        .toList(),
                settings.defaultCache());
        snapshot = made;
        return made;
    }

    /** Reads them anew in a moment, on another thread: this one must not ask the database. */
    @Override
    public void changed(Change change) {
        switch (change.kind()) {
            case TENANT, CACHE -> executor.execute(this::reloadLater);
            case TOKEN, TRUST, KEY, PATH, UPSTREAM, DENIAL -> {}
        }
    }

    /** With a tenant that is deleted here its caches go at once. Whoever reads meanwhile leaves them out. */
    void tenantDeleted(@Observes(during = TransactionPhase.AFTER_SUCCESS) TenantDeleted event) {
        deletedTenants.add(event.tenantId());
        Snapshot known = snapshot;
        if (known != null) {
            snapshot = new Snapshot(
                    known.all().stream()
                            .filter(c -> c.tenantId() != event.tenantId())
                            .toList(),
                    settings.defaultCache());
        }
    }

    private void reloadLater() {
        try {
            reload();
        } catch (Throwable e) {
            // nobody else would: a pool that was exhausted is no loss that the feed hears of
            LOG.log(Level.WARNING, "event=caches-not-read cause={0}: they are read again", e.toString());
            CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, executor)
                    .execute(this::reloadLater);
        }
    }

    @Override
    public void lost() {
        reload();
    }
}
