package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.format.Curve;
import io.narthex.console.format.PageText;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.overview.Overview;
import io.narthex.overview.Overview.Attention;
import io.narthex.overview.Overview.CacheOverview;
import io.narthex.overview.Overview.DayNumbers;
import io.narthex.overview.Overviews;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The first page: what needs attention, and the caches that the caller may see, with numbers of those that the caller audits. */
@Named("overview")
@RequestScoped
public class OverviewPage {
    /** Of caches, on one page. */
    private static final int MOST = 1_000;

    @Inject
    private CacheDirectory caches;

    @Inject
    private TokenLogin login;

    @Inject
    private Overviews overviews;

    private @Nullable Overview numbers;
    private List<Row> rows = List.of();

    /**
     * A cache in the list; its numbers are dashes where the caller does not audit it.
     *
     * @param paths that were pushed
     * @param localPaths that it shows of the machine's store; empty where it shows that not
     */
    public record Row(
            String name,
            String url,
            String visibility,
            String paths,
            String localPaths,
            String bytes,
            String hitRate,
            String lastPush,
            Curve pathsCurve,
            Curve bytesCurve,
            Curve hitsCurve) {}

    /** Something to look at. */
    public record Warning(String kind, String where, String sentence, String at) {}

    @PostConstruct
    void load() {
        try {
            numbers = overviews.now(null);
        } catch (ProblemException e) {
            numbers = null; // who audits nothing sees no numbers
        }
        Map<String, CacheOverview> known = new HashMap<>();
        if (numbers != null) {
            numbers.tenants()
                    .forEach(tenant ->
                            tenant.caches().forEach(cache -> known.put(tenant.tenant() + "/" + cache.cache(), cache)));
        }
        rows = caches.now().all().stream()
                .filter(cache -> login.may(
                        Right.VIEW_CACHE, cache.tenant().text(), cache.name().text()))
                .sorted(Comparator.comparing(Cache::fullName))
                .limit(MOST)
                .map(cache -> row(cache, known.get(cache.fullName())))
                .toList();
    }

    private static Row row(Cache cache, @Nullable CacheOverview is) {
        List<DayNumbers> days = is == null ? List.of() : is.days();
        return new Row(
                cache.fullName(),
                PageAddress.ROOT + "/caches/" + cache.fullName(),
                cache.isPublic() ? "public" : "private",
                PageText.count(is == null ? null : Long.valueOf(is.paths())),
                localPaths(is),
                PageText.bytes(is == null ? null : Long.valueOf(is.bytes())),
                PageText.percent(is == null ? null : is.hitRate()),
                PageText.moment(is == null ? null : is.lastPush()),
                curve("Paths", days, day -> known(day.paths()), n -> PageText.count(n.longValue())),
                curve("Bytes", days, day -> known(day.bytes()), n -> PageText.bytes(n.longValue())),
                curve("Hit rate", days, day -> known(day.hitRate()), PageText::percent));
    }

    private static String localPaths(@Nullable CacheOverview is) {
        Integer shown = is == null ? null : is.localPaths();
        return shown == null ? "" : PageText.count(Long.valueOf(shown));
    }

    private static Curve curve(
            String what,
            List<DayNumbers> days,
            Function<DayNumbers, OptionalDouble> of,
            Function<Double, String> words) {
        return Curve.of(what, days.stream().map(of).toList(), words);
    }

    private static OptionalDouble known(@Nullable Number number) {
        return number == null ? OptionalDouble.empty() : OptionalDouble.of(number.doubleValue());
    }

    public List<Row> getCaches() {
        return rows;
    }

    /** Whether the caller sees numbers of anything. */
    public boolean isCounted() {
        return numbers != null;
    }

    public List<Warning> getWarnings() {
        return numbers == null
                ? List.of()
                : numbers.attention().stream().map(OverviewPage::warning).toList();
    }

    private static Warning warning(Attention attention) {
        String cache = attention.cache() == null ? "" : "/" + attention.cache();
        return new Warning(
                attention.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                attention.tenant() == null ? "the server" : attention.tenant() + cache,
                attention.sentence(),
                PageText.moment(attention.at()));
    }

    /** How full the disk is, in a sentence; empty for who does not audit the server, and where there is none. */
    public String getDisk() {
        Overview.Disk disk = numbers == null ? null : numbers.disk();
        Overview.Forecast forecast = numbers == null ? null : numbers.forecast();
        if (disk == null) {
            return "";
        }
        String full = forecast == null || forecast.fullAt() == null
                ? ""
                : "; at the pace of the last month it is full at " + PageText.moment(forecast.fullAt());
        return "The disk has " + PageText.bytes(disk.freeBytes()) + " free of " + PageText.bytes(disk.totalBytes())
                + ", of which uploads may take " + PageText.bytes(disk.roomBytes()) + full;
    }
}
