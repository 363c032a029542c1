package io.narthex.console;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.form.Choice;
import io.narthex.console.format.PageText;
import io.narthex.index.search.FoundPath;
import io.narthex.index.search.PathSearch;
import io.narthex.index.search.SearchOrder;
import io.narthex.index.search.SearchText;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The paths of a cache that fit what is typed, in the order that is chosen. */
@Named("paths")
@RequestScoped
public class PathsPage {
    /** Who looks for more types more. */
    private static final int SHOWN = 100;

    @Inject
    private ConsoleRequest request;

    @Inject
    private CacheDirectory caches;

    @Inject
    private PathSearch search;

    private String typed = "";
    private SearchOrder order = SearchOrder.AGE;
    private List<Row> rows = List.of();
    private boolean more;

    /** A path. */
    public record Row(String path, String url, String size, String since, String used) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        Cache cache = caches.require(address.tenant(), address.cache());
        typed = request.parameter("q").strip();
        String sort = request.parameter("sort");
        order = Stream.of(SearchOrder.values())
                .filter(o -> value(o).equals(sort))
                .findFirst()
                .orElse(SearchOrder.AGE);
        List<FoundPath> found = search.find(cache, SearchText.of(typed), order, SHOWN + 1);
        more = found.size() > SHOWN;
        rows = found.stream().limit(SHOWN).map(path -> row(cache, path)).toList();
    }

    private static Row row(Cache cache, FoundPath path) {
        return new Row(
                path.path().toString(cache.storeDir()),
                PageAddress.ROOT + "/caches/" + cache.fullName() + "/paths/"
                        + path.path().hash(),
                PageText.bytes(path.narSize()),
                PageText.moment(path.since()),
                PageText.moment(path.lastUsed()));
    }

    private static String value(SearchOrder order) {
        return order.name().toLowerCase(Locale.ROOT);
    }

    public String getTyped() {
        return typed;
    }

    public List<Choice> getOrders() {
        return Stream.of(SearchOrder.values())
                .map(o -> Choice.of(value(o), title(o), o == order))
                .toList();
    }

    private static String title(SearchOrder order) {
        return switch (order) {
            case AGE -> "the newest first";
            case SIZE -> "the largest first";
            case USE -> "what was used last first";
        };
    }

    public List<Row> getRows() {
        return rows;
    }

    /** How many are shown, in words. */
    public String getCount() {
        if (more) {
            return "The first " + SHOWN + "; there are more";
        }
        return rows.isEmpty() ? "Nothing fits" : PageText.paths(rows.size());
    }
}
