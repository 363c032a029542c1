package io.narthex.overview;

import static java.util.stream.Collectors.groupingBy;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.overview.Overview.Attention;
import io.narthex.overview.Overview.TenantOverview;
import io.narthex.overview.OverviewRows.TenantRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells whoever audits or administers tenants or the server how they are, at a glance. */
@ApplicationScoped
public class Overviews {
    @Inject
    private CurrentCaller caller;

    @Inject
    private CacheDirectory caches;

    @Inject
    private OverviewRows rows;

    @Inject
    private TenantNumbers numbers;

    @Inject
    private Attentions attentions;

    @Inject
    private ServerState server;

    /**
     * How it is now, as far as the present caller may know.
     *
     * @param tenant only this one; null: all that the caller audits or administers
     * @throws ProblemException 403 for who does neither anywhere, 404 for a tenant that is none of the caller's
     */
    public Overview now(@Nullable String tenant) {
        List<Administered> seen = administered();
        boolean all = caller.may(Right.AUDIT_SERVER, "", "");
        if (seen.isEmpty() && !all) {
            throw new ProblemException(ProblemType.FORBIDDEN, "Only who audits or administers a cache sees how it is");
        }
        if (tenant != null) {
            seen = seen.stream()
                    .filter(one -> one.tenant().name().equals(tenant))
                    .toList();
            if (seen.isEmpty()) {
                throw new ProblemException(ProblemType.NOT_FOUND, "There is no such tenant");
            }
        }
        List<TenantOverview> tenants = numbers.of(seen);
        List<Attention> attention = attentions.of(seen, tenants, all && tenant == null);
        return all ? server.now(tenants, attention) : new Overview(null, null, null, null, tenants, attention);
    }

    private List<Administered> administered() {
        boolean all = caller.may(Right.AUDIT_SERVER, "", "");
        Map<Integer, List<Cache>> seen = caches.now().all().stream()
                .filter(c -> all
                        || caller.may(
                                Right.AUDIT_CACHE, c.tenant().text(), c.name().text()))
                .sorted(Comparator.comparing(c -> c.name().text()))
                .collect(groupingBy(Cache::tenantId));
        return rows.tenants().stream()
                .map(row -> administered(row, all || caller.may(Right.AUDIT_TENANT, row.name(), ""), seen))
                .filter(one -> one.whole() || !one.caches().isEmpty())
                .toList();
    }

    private static Administered administered(TenantRow row, boolean whole, Map<Integer, List<Cache>> seen) {
        return new Administered(row, whole, seen.getOrDefault(row.id(), List.of()));
    }
}
