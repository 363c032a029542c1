package io.narthex.overview;

import io.narthex.overview.OverviewRows.HeldRow;
import io.narthex.overview.OverviewRows.UsedRow;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** The days of several tenants and of their caches, added up from the rows of all. For one thread. */
final class DayTable {
    private final Map<Integer, Administered> tenants = new HashMap<>();
    private final Map<Integer, DayCounts> ofTenants = new HashMap<>();
    private final Map<Integer, DayCounts> ofCaches = new HashMap<>();

    DayTable(List<Administered> seen, LocalDate today) {
        for (Administered one : seen) {
            tenants.put(one.tenant().id(), one);
            ofTenants.put(one.tenant().id(), new DayCounts(today));
            one.caches().forEach(cache -> ofCaches.put(cache.id(), new DayCounts(today)));
        }
    }

    void addUsed(UsedRow row) {
        add(
                row.tenantId(),
                row.cacheId(),
                counts -> counts.addUse(row.day(), row.hits(), row.misses(), row.pushes(), row.refusals()));
    }

    void addHeld(HeldRow row) {
        add(row.tenantId(), row.cacheId(), counts -> counts.addHeld(row.day(), row.paths(), row.bytes()));
    }

    /** To the cache, and to its tenant as far as that is seen. */
    private void add(int tenantId, int cacheId, Consumer<DayCounts> row) {
        if (Objects.requireNonNull(tenants.get(tenantId)).sees(cacheId)) {
            row.accept(ofTenant(tenantId));
        }
        DayCounts cache = ofCaches.get(cacheId);
        if (cache != null) {
            row.accept(cache);
        }
    }

    DayCounts ofTenant(int id) {
        return Objects.requireNonNull(ofTenants.get(id));
    }

    DayCounts ofCache(int id) {
        return Objects.requireNonNull(ofCaches.get(id));
    }
}
