package io.narthex.overview;

import io.narthex.auditor.ChainChecks;
import io.narthex.cache.Cache;
import io.narthex.configuration.Settings;
import io.narthex.key.Replacements;
import io.narthex.overview.Overview.Attention;
import io.narthex.overview.Overview.CacheOverview;
import io.narthex.overview.Overview.TenantOverview;
import io.narthex.overview.OverviewRows.CacheRow;
import io.narthex.overview.OverviewRows.QuarantinedRow;
import io.narthex.upstream.UpstreamStates;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what somebody should look at, in the tenants and caches that a caller sees. */
@ApplicationScoped
class Attentions {
    private static final int PERCENT = 100;

    @Inject
    private OverviewRows rows;

    @Inject
    private ChainChecks chains;

    @Inject
    private Replacements replacements;

    @Inject
    private UpstreamStates upstreams;

    @Inject
    private Settings settings;

    /**
     * The most urgent first.
     *
     * @param numbers of the same tenants, in the same order
     * @param server whether what is about the server as a whole belongs to it
     */
    List<Attention> of(List<Administered> seen, List<TenantOverview> numbers, boolean server) {
        List<Attention> found = new ArrayList<>();
        chains(seen, server, found);
        quarantine(seen, found);
        quotas(seen, numbers, found);
        breakers(seen, server, found);
        keys(seen, found);
        return found;
    }

    private void chains(List<Administered> seen, boolean server, List<Attention> found) {
        for (ChainChecks.Broken broken : chains.broken()) {
            boolean own = broken.chain() == 0
                    ? server
                    : seen.stream().anyMatch(one -> one.whole() && one.tenant().id() == broken.chain());
            if (own) {
                found.add(new Attention(
                        AttentionKind.CHAIN_BROKEN,
                        broken.tenant(),
                        null,
                        broken.name(),
                        broken.sentence(),
                        broken.at()));
            }
        }
    }

    private void quarantine(List<Administered> seen, List<Attention> found) {
        List<QuarantinedRow> pushed = rows.quarantined();
        List<QuarantinedRow> local = rows.quarantinedIn(settings.storeName());
        for (Administered one : seen) {
            for (Cache cache : one.caches()) {
                pushed.stream()
                        .filter(row -> row.cacheId() == cache.id())
                        .forEach(row -> found.add(hidden(one, cache, row)));
                if (cache.showsLocalStore()) {
                    local.forEach(row -> found.add(hidden(one, cache, row)));
                }
            }
        }
    }

    private static Attention hidden(Administered one, Cache cache, QuarantinedRow row) {
        String sentence = row.paths() + (row.paths() == 1 ? " path is" : " paths are")
                + " hidden, since the bytes are wrong or gone";
        return new Attention(
                AttentionKind.QUARANTINE, one.tenant().name(), cache.name().text(), null, sentence, row.since());
    }

    private void quotas(List<Administered> seen, List<TenantOverview> numbers, List<Attention> found) {
        Map<Integer, CacheRow> caches =
                rows.cachesById(seen.stream().map(one -> one.tenant().id()).toList());
        for (int i = 0; i < seen.size(); i++) {
            Administered one = seen.get(i);
            TenantOverview tenant = numbers.get(i);
            quota(
                    tenant.tenant(),
                    null,
                    tenant.bytes(),
                    tenant.maxBytes(),
                    one.tenant().warnAt(),
                    found);
            for (int k = 0; k < one.caches().size(); k++) {
                CacheOverview cache = tenant.caches().get(k);
                CacheRow row = caches.get(one.caches().get(k).id());
                if (row != null) {
                    quota(tenant.tenant(), cache.cache(), cache.bytes(), cache.maxBytes(), row.warnAt(), found);
                }
            }
        }
    }

    private static void quota(
            String tenant, @Nullable String cache, long bytes, @Nullable Long most, int warnAt, List<Attention> found) {
        // in floating point: a hundred times the bytes may be more than a long holds
        if (most != null && (double) bytes / most * PERCENT >= warnAt) {
            String sentence = "It holds " + Math.round((double) bytes / most * PERCENT) + " % of what it may";
            found.add(new Attention(AttentionKind.QUOTA_NEAR, tenant, cache, null, sentence, null));
        }
    }

    private void breakers(List<Administered> seen, boolean server, List<Attention> found) {
        Set<String> open = upstreams.open();
        if (server) {
            open.stream().sorted().forEach(name -> found.add(unasked(null, null, name)));
            return;
        }
        for (Administered one : seen) {
            for (Cache cache : one.caches()) {
                cache.upstreams().stream()
                        .filter(open::contains)
                        .forEach(name -> found.add(
                                unasked(one.tenant().name(), cache.name().text(), name)));
            }
        }
    }

    private static Attention unasked(@Nullable String tenant, @Nullable String cache, String upstream) {
        String sentence = "This node does not ask the upstream " + upstream + " for a while, since it failed";
        return new Attention(AttentionKind.BREAKER_OPEN, tenant, cache, upstream, sentence, null);
    }

    private void keys(List<Administered> seen, List<Attention> found) {
        for (Replacements.Replacement one : replacements.soon()) {
            seen.stream()
                    .flatMap(tenant -> tenant.caches().stream())
                    .filter(cache -> cache.fullName().equals(one.cache()))
                    .forEach(cache -> found.add(new Attention(
                            AttentionKind.KEY_DUE,
                            cache.tenant().text(),
                            cache.name().text(),
                            one.key(),
                            "Another key takes its place: machines must trust that one by then",
                            one.at())));
        }
    }
}
