package io.narthex.console;

import io.narthex.cache.Cache;
import io.narthex.console.closure.Closure;
import io.narthex.console.closure.ClosureTree;
import io.narthex.console.closure.Treemap;
import io.narthex.console.format.PageText;
import io.narthex.nix.store.StorePath;
import java.util.List;
import java.util.Locale;

/** What a path needs, as its page shows it: as a tree of lines and as a map of areas. */
public final class ClosureView {
    private final Cache cache;
    private final Closure closure;

    ClosureView(Cache cache, Closure closure) {
        this.cache = cache;
        this.closure = closure;
    }

    /** A line of the tree. */
    public record Line(String indent, String name, String url, String size, String withAll, boolean again) {}

    /** An area of the map. */
    public record Area(String title, String label, String x, String y, String width, String height, String textY) {}

    /** How much it is, in words. */
    public String getText() {
        return (closure.cut() ? "More than " : "")
                + PageText.paths(closure.paths().size()) + ", "
                + PageText.bytes(closure.narSize()) + " unpacked";
    }

    public List<Line> getTree() {
        return ClosureTree.lines(closure).stream()
                .map(line -> new Line(
                        "\u00a0\u00a0\u00a0".repeat(line.depth()),
                        line.path().baseName(),
                        url(cache, line.path()),
                        PageText.bytes(line.narSize()),
                        PageText.bytes(line.withAll()),
                        line.again()))
                .toList();
    }

    public List<Area> getMap() {
        return Treemap.of(closure).stream().map(ClosureView::area).toList();
    }

    private static Area area(Treemap.Area area) {
        // a letter is about eight units wide
        int letters = (int) (area.width() / 8) - 1;
        boolean room = letters >= 4 && area.height() >= 20;
        String name = area.name();
        return new Area(
                name + ", " + PageText.bytes(area.narSize()),
                room ? name.substring(0, Math.min(letters, name.length())) : "",
                number(area.x()),
                number(area.y()),
                number(area.width()),
                number(area.height()),
                number(area.y() + 15));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** Of the page of a path. */
    static String url(Cache cache, StorePath path) {
        return PageAddress.ROOT + "/caches/" + cache.fullName() + "/paths/" + path.hash();
    }
}
