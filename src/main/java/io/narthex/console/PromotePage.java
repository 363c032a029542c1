package io.narthex.console;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.closure.Closure;
import io.narthex.console.closure.Closures;
import io.narthex.console.format.PageText;
import io.narthex.http.problem.ProblemException;
import io.narthex.index.PathIndex;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.promotion.CallerPromotions;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes along if a path of another cache is promoted into this one. */
@Named("promote")
@RequestScoped
public class PromotePage {
    /** Who reads more than that reads none of it. */
    private static final int SHOWN = 300;

    @Inject
    private ConsoleRequest request;

    @Inject
    private CacheDirectory caches;

    @Inject
    private CallerPromotions promotions;

    @Inject
    private PathIndex index;

    @Inject
    private Closures closures;

    private String problem = "";
    private @Nullable Closure closure;
    private Set<StorePathHash> there = Set.of();

    /** A path that goes along. */
    public record Row(String name, String size, String state) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        Cache target = caches.require(address.tenant(), address.cache());
        try {
            Cache source = promotions.source(getFrom());
            Optional.ofNullable(hash())
                    .flatMap(hash -> index.find(source, hash))
                    .ifPresentOrElse(
                            root -> closure = closures.find(source, root),
                            () -> problem = "The cache " + getFrom() + " has no such path");
        } catch (ProblemException e) {
            problem = e.problem().line().strip();
        }
        if (closure != null) {
            there = index.findAll(
                            target,
                            closure.paths().keySet().stream()
                                    .map(StorePath::hash)
                                    .toList())
                    .keySet();
        }
    }

    private @Nullable StorePathHash hash() {
        String text = request.parameter("path");
        return text.length() < StorePathHash.LENGTH ? null : StorePathHash.tryParse(text, 0);
    }

    /** The cache that it comes from, as it was asked for. */
    public String getFrom() {
        return request.parameter("from");
    }

    /** Base name of the path. */
    public String getPath() {
        return shown().root().baseName();
    }

    /** Why nothing can be promoted so; empty where it can be tried. */
    public String getProblem() {
        return problem;
    }

    public boolean isFound() {
        return closure != null;
    }

    private Closure shown() {
        return Optional.ofNullable(closure).orElseThrow();
    }

    /** What goes along, in a sentence. */
    public String getSummary() {
        long paths = shown().paths().size();
        long bytes = shown().paths().entrySet().stream()
                .filter(each -> !there.contains(each.getKey().hash()))
                .mapToLong(each -> each.getValue().narSize())
                .sum();
        return (shown().cut() ? "More than " : "") + PageText.paths(paths) + (paths == 1 ? " belongs" : " belong")
                + " to it; the cache lacks " + PageText.count(paths - there.size()) + " of them, "
                + PageText.bytes(bytes) + " unpacked. Whether rules and gates of the cache let them in is asked then:"
                + " all of it, or nothing.";
    }

    /** Those that the cache lacks come first. */
    public List<Row> getRows() {
        return shown().paths().entrySet().stream()
                .map(each -> new Row(
                        each.getKey().baseName(),
                        PageText.bytes(each.getValue().narSize()),
                        there.contains(each.getKey().hash()) ? "is there" : "comes"))
                .sorted((a, b) -> a.state().compareTo(b.state()))
                .limit(SHOWN)
                .toList();
    }
}
