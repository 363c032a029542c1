package io.narthex.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Meters of something that comes and goes, such as a cache: they go together. {@link Meters#group} makes one. For one thread. */
public final class MeterGroup implements AutoCloseable {
    private final Meters meters;
    private final List<Meters.Made> made = new ArrayList<>();

    MeterGroup(Meters meters) {
        this.meters = meters;
    }

    /** Like {@link Meters#counter(String, String, LongSupplier, String...)}. */
    public void counter(String name, String help, LongSupplier count, String... labels) {
        made.addAll(meters.counterIfMissing(name, help, count, labels));
    }

    /** Like {@link Meters#gauge}. */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        made.addAll(meters.gaugeIfMissing(name, help, value, labels));
    }

    /** Shows none of them any more. */
    @Override
    public void close() {
        meters.remove(made);
        made.clear();
    }
}
