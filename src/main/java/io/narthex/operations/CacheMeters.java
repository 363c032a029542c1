package io.narthex.operations;

import io.narthex.configuration.Settings;
import io.narthex.key.Replacements;
import io.narthex.meter.MeterGroup;
import io.narthex.meter.Meters;
import io.narthex.operations.StoredNumbers.CacheNumbers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Shows meters of each cache, with the names of tenant and cache, as far as {@code NARTHEX_METRICS_CACHES} lets: those that are
 * oldest. Those of a deleted cache go.
 */
@ApplicationScoped
class CacheMeters {
    @Inject
    private Meters meters;

    @Inject
    private Settings settings;

    @Inject
    private Replacements replacements;

    private final Map<Integer, CacheNumbers> known = new ConcurrentHashMap<>();
    private final Map<Integer, MeterGroup> shown = new ConcurrentHashMap<>();
    private volatile Map<String, Double> keyDays = Map.of();

    /** Shows what was read; one call at a time. */
    void show(List<CacheNumbers> caches) {
        keyDays = replacements.daysLeft();
        List<CacheNumbers> first =
                caches.stream().limit(settings.metrics().caches()).toList();
        Set<Integer> gone = new HashSet<>(shown.keySet());
        for (CacheNumbers cache : first) {
            known.put(cache.id(), cache);
            gone.remove(cache.id());
            shown.computeIfAbsent(cache.id(), id -> group(cache));
        }
        for (Integer id : gone) {
            MeterGroup group = shown.remove(id);
            if (group != null) {
                group.close();
            }
            known.remove(id);
        }
    }

    private MeterGroup group(CacheNumbers cache) {
        MeterGroup group = meters.group();
        gauge(group, "paths", "Paths that were pushed into the cache", cache, CacheNumbers::paths);
        gauge(
                group,
                "stored.bytes",
                "Bytes that the cache holds",
                cache,
                c -> c.held().bytes());
        gauge(group, "quota.bytes", "Bytes that the cache may hold; NaN: any number", cache, CacheMeters::quota);
        gauge(
                group,
                "key.days.left",
                "Days until a key of the cache is replaced by itself; NaN: none is",
                cache,
                c -> keyDays.getOrDefault(c.tenant() + "/" + c.cache(), Double.NaN));
        counter(group, "narinfo.hits", "Narinfos that were asked for and found", cache, CacheNumbers::hits);
        counter(group, "narinfo.misses", "Narinfos that were asked for and not found", cache, CacheNumbers::misses);
        counter(group, "pushes", "Paths that were published", cache, CacheNumbers::pushes);
        counter(group, "refusals", "What was refused", cache, CacheNumbers::refusals);
        return group;
    }

    private static double quota(CacheNumbers cache) {
        Long most = cache.held().maxBytes();
        return most == null ? Double.NaN : most;
    }

    private void gauge(
            MeterGroup group, String what, String help, CacheNumbers cache, ToDoubleFunction<CacheNumbers> value) {
        group.gauge(
                "narthex.cache." + what,
                help,
                () -> value.applyAsDouble(known.getOrDefault(cache.id(), cache)),
                "tenant",
                cache.tenant(),
                "cache",
                cache.cache());
    }

    private void counter(
            MeterGroup group, String what, String help, CacheNumbers cache, ToLongFunction<CacheNumbers> count) {
        group.counter(
                "narthex.cache." + what,
                help,
                () -> count.applyAsLong(known.getOrDefault(cache.id(), cache)),
                "tenant",
                cache.tenant(),
                "cache",
                cache.cache());
    }
}
