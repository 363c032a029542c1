package io.narthex.meter;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one name, one for each value of a label. {@link Meters#counters} makes them. Thread-safe. */
public final class LabelledCounts {
    private final Map<String, LongAdder> counts;

    LabelledCounts(Map<String, LongAdder> counts) {
        this.counts = Map.copyOf(counts);
    }

    /** Adds one. */
    public void increment(String value) {
        add(value, 1);
    }

    /**
     * Adds a number.
     *
     * @throws IllegalArgumentException if the label does not have this value
     */
    public void add(String value, long number) {
        LongAdder count = counts.get(value);
        if (count == null) {
            throw new IllegalArgumentException("no counter has the label " + value);
        }
        count.add(number);
    }
}
