package io.narthex.console.format;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes numbers and moments as people read them. */
public final class PageText {
    private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final String NONE = "–";

    private PageText() {}

    public static String bytes(@Nullable Long count) {
        if (count == null) {
            return NONE;
        }
        int unit = 0;
        double size = count;
        while (size >= 1_024 && unit < UNITS.length - 1) {
            size /= 1_024;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }

    public static String count(@Nullable Long count) {
        return count == null ? NONE : String.format(Locale.ROOT, "%,d", count);
    }

    public static String paths(long count) {
        return count(count) + (count == 1 ? " path" : " paths");
    }

    public static String percent(@Nullable Double part) {
        return part == null ? NONE : String.format(Locale.ROOT, "%.1f %%", part * 100);
    }

    /** To the minute, in UTC. */
    public static String moment(@Nullable Instant at) {
        return at == null ? NONE : MINUTES.format(at.atOffset(ZoneOffset.UTC)) + " UTC";
    }
}
