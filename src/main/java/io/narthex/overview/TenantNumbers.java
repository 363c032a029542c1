package io.narthex.overview;

import io.narthex.cache.Cache;
import io.narthex.index.local.LocalSource;
import io.narthex.overview.Overview.CacheOverview;
import io.narthex.overview.Overview.TenantOverview;
import io.narthex.overview.OverviewRows.CacheRow;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the numbers of tenants and of their caches together. */
@ApplicationScoped
class TenantNumbers {
    @Inject
    private OverviewRows rows;

    @Inject
    private Usages usages;

    @Inject
    private LocalSource store;

    /** What was read for all of them at once; the maps are by the numbers of tenants or caches. */
    private record Read(
            DayTable days,
            Map<Integer, CacheRow> caches,
            Map<Integer, Usage> heldByCaches,
            Map<Integer, Usage> heldByTenants) {}

    /** In their order. */
    List<TenantOverview> of(List<Administered> tenants) {
        Read read = read(tenants);
        return tenants.stream().map(one -> tenant(one, read)).toList();
    }

    private Read read(List<Administered> tenants) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        LocalDate first = DayCounts.firstOf(today);
        List<Integer> ids = tenants.stream().map(one -> one.tenant().id()).toList();
        DayTable days = new DayTable(tenants, today);
        rows.used(ids, first).forEach(days::addUsed);
        rows.held(ids, first).forEach(days::addHeld);
        List<Integer> cacheIds = tenants.stream()
                .flatMap(one -> one.caches().stream())
                .map(Cache::id)
                .toList();
        return new Read(days, rows.cachesById(ids), usages.ofCaches(cacheIds), usages.ofTenants(ids));
    }

    private TenantOverview tenant(Administered one, Read read) {
        List<CacheOverview> caches =
                one.caches().stream().map(cache -> cache(cache, read)).toList();
        DayCounts days = read.days().ofTenant(one.tenant().id());
        long paths = caches.stream().mapToLong(CacheOverview::paths).sum();
        long bytes = caches.stream().mapToLong(CacheOverview::bytes).sum();
        days.setNow(paths, bytes);
        Usage held = read.heldByTenants().getOrDefault(one.tenant().id(), Usage.NONE);
        return new TenantOverview(
                one.tenant().name(),
                paths,
                one.whole() ? held.storedBytes() : bytes,
                one.whole() ? one.tenant().maxBytes() : null,
                days.hitRate(),
                days.pushes(),
                days.refusals(),
                days.days(),
                caches);
    }

    private CacheOverview cache(Cache cache, Read read) {
        DayCounts days = read.days().ofCache(cache.id());
        Usage held = read.heldByCaches().getOrDefault(cache.id(), Usage.NONE);
        days.setNow(held.paths(), held.storedBytes());
        @Nullable CacheRow row = read.caches().get(cache.id());
        return new CacheOverview(
                cache.name().text(),
                held.paths(),
                cache.showsLocalStore() ? store.paths() : null,
                held.storedBytes(),
                row == null ? null : row.maxBytes(),
                days.hitRate(),
                days.pushes(),
                days.refusals(),
                row == null ? null : row.lastPush(),
                days.days());
    }
}
