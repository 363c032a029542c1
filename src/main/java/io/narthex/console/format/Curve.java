package io.narthex.console.format;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A small curve of one number a day, as SVG draws it.
 *
 * @param points of a polyline in a box of {@link #WIDTH} by {@link #HEIGHT}; empty: nothing is known
 * @param label the same in words
 */
public record Curve(String points, String label) {
    static final int WIDTH = 120;
    static final int HEIGHT = 30;
    /** Half of the line's width stays inside the box. */
    private static final double EDGE = 1.5;

    /**
     * Draws one.
     *
     * @param days the oldest first; empty: that day is not known
     */
    public static Curve of(String what, List<OptionalDouble> days, Function<Double, String> words) {
        List<Double> known =
                days.stream().flatMapToDouble(OptionalDouble::stream).boxed().toList();
        if (known.isEmpty()) {
            return new Curve("", what + ": nothing is known yet");
        }
        double most = known.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double step = (WIDTH - 2 * EDGE) / Math.max(1, days.size() - 1);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < days.size(); i++) {
            if (days.get(i).isPresent()) {
                double day = days.get(i).getAsDouble();
                double y = most == 0 ? HEIGHT - EDGE : HEIGHT - EDGE - day / most * (HEIGHT - 2 * EDGE);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", EDGE + i * step, y));
            }
        }
        // a line to itself is a dot: one known day is seen too
        String line = known.size() > 1
                ? points.toString().strip()
                : points.toString().strip() + " " + points.toString().strip();
        return new Curve(
                line,
                what + " in the last " + days.size() + " days: " + words.apply(known.getFirst()) + " at first, "
                        + words.apply(known.getLast()) + " now, " + words.apply(most) + " at most");
    }
}
