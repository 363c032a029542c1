package io.narthex.browse;

import java.util.List;
import java.util.Locale;

/** Writes sizes as people read them. */
final class SizeText {
    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
    private static final int STEP = 1024;

    private SizeText() {}

    /** In the largest unit of which there is one, with one decimal. */
    static String of(long bytes) {
        if (bytes < STEP) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        while (size >= STEP && unit < UNITS.size() - 1) {
            size /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", size, UNITS.get(unit));
    }
}
