package io.narthex.cache;

import io.narthex.cache.CacheException.Circle;
import io.narthex.cache.CacheException.ShownByPublicCache;
import io.narthex.cache.CacheException.TooManySources;
import io.narthex.cache.CacheException.UnknownSource;
import io.narthex.cache.CacheException.WouldBePublic;
import io.narthex.cache.OtherSource.OfCache;
import io.narthex.cache.OtherSource.OfUpstream;
import io.narthex.tenant.TenantEntity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Says which sources a cache may list, and which of its settings those who list it allow. What is private is shown by no public
 * cache, directly or through others, unless it says {@code publish} itself. Needs a transaction of the caller's.
 */
@ApplicationScoped
class SourceRules {
    @Inject
    private Caches caches;

    @Inject
    private OfferedUpstreams upstreams;

    /**
     * A change of a cache's settings.
     *
     * @param name its full name
     * @param mayPull whether who asks may read another cache of the tenant, by its name: whoever lists a cache shows it to others
     */
    record Change(
            TenantEntity owner, String name, CacheSettings before, CacheSettings after, Predicate<String> mayPull) {
        private String tenant() {
            return owner.name().text();
        }

        private boolean concernsOthers() {
            return !after.others().equals(before.others())
                    || after.isOpen() != before.isOpen()
                    || !after.sharing().equals(before.sharing());
        }
    }

    /** @throws CacheException where the change is not to be */
    void require(Change change) {
        CacheSettings after = change.after;
        if (!change.concernsOthers()) {
            return;
        }
        // until the end of the transaction no other changes what is listed, offered or public
        upstreams.lock();
        Map<String, Cache> all = new HashMap<>();
        caches.all().forEach(cache -> all.put(cache.fullName(), cache));
        upstreams.require(
                change.owner,
                after.others().stream()
                        .filter(OfUpstream.class::isInstance)
                        .map(source -> ((OfUpstream) source).name())
                        .toList(),
                after.isOpen());
        for (OtherSource source : after.others()) {
            if (source instanceof OfCache other && !other.fullName().equals(change.name)) {
                requireListed(change, other, all);
            }
        }
        requireNoCircle(change, all);
        requireByListers(change, all);
    }

    /** What is not there and what is not offered are one answer, and so is what the asker may not read. */
    private static void requireListed(Change change, OfCache source, Map<String, Cache> all) {
        Cache listed = all.get(source.fullName());
        boolean own = source.isOf(change.tenant());
        boolean isNew = !change.before.others().contains(source);
        if (listed == null
                || (own && isNew && !change.mayPull.test(source.cacheName()))
                || (!own && !listed.sharing().isOfferedTo(change.tenant()))) {
            throw new UnknownSource(source.text());
        }
        if (change.after.isOpen() && !listed.isOpen()) {
            throw new WouldBePublic(source.text());
        }
    }

    private static void requireNoCircle(Change change, Map<String, Cache> all) {
        SourceGraph graph = new SourceGraph();
        all.values().forEach(cache -> graph.add(cache.fullName(), cache.others()));
        graph.add(change.name, change.after.others());
        OfCache back = graph.circleOf(change.name);
        if (back != null) {
            throw new Circle(back.text());
        }
        if (!change.after.others().equals(change.before.others()) && graph.isTooLarge()) {
            throw new TooManySources(SourceGraph.MOST);
        }
    }

    private static void requireByListers(Change change, Map<String, Cache> all) {
        if (change.after.isOpen()) {
            return;
        }
        OtherSource asSource = new OfCache(change.name);
        for (Cache lister : all.values()) {
            boolean shown = lister.tenantId() == change.owner.id()
                    || change.after.sharing().isOfferedTo(lister.tenant().text());
            if (shown && lister.isOpen() && lister.others().contains(asSource)) {
                throw new ShownByPublicCache(lister.fullName());
            }
        }
    }
}
