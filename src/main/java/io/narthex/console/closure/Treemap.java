package io.narthex.console.closure;

import io.narthex.nix.store.StorePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Draws the paths of a closure as areas of their sizes, as square as may be (Bruls, Huizing and van Wijk: Squarified Treemaps,
 * 2000). What is small shares one area.
 */
public final class Treemap {
    /** The picture's, in its own units. */
    public static final double WIDTH = 1000;

    public static final double HEIGHT = 500;

    /** More areas would be too small to point at. */
    private static final int MOST = 40;

    private final List<Area> areas = new ArrayList<>();
    private double left;
    private double top;
    private double width = WIDTH;
    private double height = HEIGHT;

    /**
     * An area.
     *
     * @param name of the path; of the last perhaps how many others it stands for
     * @param narSize bytes that it stands for
     */
    public record Area(String name, long narSize, double x, double y, double width, double height) {}

    private record Item(String name, long size, double area) {}

    private Treemap() {}

    /** The areas, the largest first; together they are the whole picture. */
    public static List<Area> of(Closure closure) {
        Treemap map = new Treemap();
        map.draw(items(closure));
        return List.copyOf(map.areas);
    }

    private static List<Item> items(Closure closure) {
        List<Map.Entry<StorePath, Closure.Member>> sorted = closure.paths().entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<StorePath, Closure.Member> e) ->
                                e.getValue().narSize())
                        .reversed()
                        .thenComparing(e -> e.getKey().baseName()))
                .toList();
        double unit = WIDTH * HEIGHT / Math.max(1, closure.narSize());
        List<Item> items = new ArrayList<>();
        sorted.stream()
                .limit(MOST)
                .forEach(e -> items.add(item(e.getKey().name(), e.getValue().narSize(), unit)));
        long rest = sorted.stream()
                .skip(MOST)
                .mapToLong(e -> e.getValue().narSize())
                .sum();
        if (rest > 0) {
            items.add(item(sorted.size() - MOST + " others", rest, unit));
        }
        return items;
    }

    private static Item item(String name, long size, double unit) {
        return new Item(name, size, size * unit);
    }

    /** Row by row: an item joins the row as long as that makes none of it longer. */
    private void draw(List<Item> items) {
        List<Item> row = new ArrayList<>();
        for (Item item : items) {
            double side = Math.min(width, height);
            List<Item> longer = new ArrayList<>(row);
            longer.add(item);
            if (!row.isEmpty() && worst(longer, side) > worst(row, side)) {
                place(row);
                row.clear();
            }
            row.add(item);
        }
        place(row);
    }

    /** How long the longest of a row is for its width. */
    private static double worst(List<Item> row, double side) {
        double sum = row.stream().mapToDouble(Item::area).sum();
        double thickness = sum / side;
        return row.stream()
                .mapToDouble(item -> item.area() / thickness)
                .map(length -> Math.max(length / thickness, thickness / length))
                .max()
                .orElse(Double.MAX_VALUE);
    }

    private void place(List<Item> row) {
        double sum = row.stream().mapToDouble(Item::area).sum();
        if (sum <= 0) {
            return;
        }
        boolean upright = width >= height;
        double thickness = sum / (upright ? height : width);
        double at = upright ? top : left;
        for (Item item : row) {
            double length = item.area() / thickness;
            areas.add(
                    upright
                            ? new Area(item.name(), item.size(), left, at, thickness, length)
                            : new Area(item.name(), item.size(), at, top, length, thickness));
            at += length;
        }
        if (upright) {
            left += thickness;
            width -= thickness;
        } else {
            top += thickness;
            height -= thickness;
        }
    }
}
