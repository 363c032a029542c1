package io.narthex.meter;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes meters, and removes them when the application stops. A name and its labels are made once; labels alternate name and
 * value. Thread-safe.
 */
@ApplicationScoped
public class Meters {
    /** Bounds of a histogram: from an answer out of memory to a NAR that takes ten minutes. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10)
    };

    private MeterRegistry registry;
    private final List<Made> made = new CopyOnWriteArrayList<>();

    /** @param source what the meter asks; the registry alone would let it go */
    record Made(Meter meter, Object source) {}

    @PostConstruct
    void start() {
        registry = ServerRegistry.find();
    }

    /** Counts up: {@code narthex.things} is shown as {@code narthex_things_total}. */
    public LongAdder counter(String name, String help, String... labels) {
        LongAdder count = new LongAdder();
        counter(name, help, count::sum, labels);
        return count;
    }

    /** The same for each value of the label {@code label}, beside further labels. */
    public LabelledCounts counters(
            String name, String help, String label, Collection<String> values, String... labels) {
        Map<String, LongAdder> counts = new HashMap<>();
        for (String value : values) {
            String[] all = Arrays.copyOf(labels, labels.length + 2);
            all[labels.length] = label;
            all[labels.length + 1] = value;
            counts.put(value, counter(name, help, all));
        }
        return new LabelledCounts(counts);
    }

    /** Shows a number that only ever grows, and that somebody else counts. */
    public void counter(String name, String help, LongSupplier count, String... labels) {
        made.addAll(counterIfMissing(name, help, count, labels));
    }

    List<Made> counterIfMissing(String name, String help, LongSupplier count, String... labels) {
        return make(
                name,
                labels,
                count,
                () -> FunctionCounter.builder(name, count, LongSupplier::getAsLong)
                        .tags(labels)
                        .description(help)
                        .register(registry));
    }

    /** Shows a number that goes up and down; NaN is unknown. */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        made.addAll(gaugeIfMissing(name, help, value, labels));
    }

    List<Made> gaugeIfMissing(String name, String help, DoubleSupplier value, String... labels) {
        return make(
                name,
                labels,
                value,
                () -> Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                        .tags(labels)
                        .description(help)
                        .register(registry));
    }

    /** Shows how long something takes, as a histogram: {@code narthex.thing.duration} is shown in seconds. */
    public Timer timer(String name, String help, String... labels) {
        Timer shown = registry.find(name).tags(labels).timer();
        if (shown != null) {
            return shown;
        }
        Timer timer = Timer.builder(name)
                .tags(labels)
                .description(help)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        made.add(new Made(timer, timer));
        return timer;
    }

    /** A second application in the same server (tests have one) neither replaces nor removes what the first shows. */
    private List<Made> make(String name, String[] labels, Object source, Supplier<Meter> meter) {
        return registry.find(name).tags(labels).meter() == null ? List.of(new Made(meter.get(), source)) : List.of();
    }

    /** Meters that are removed together, before the application stops. */
    public MeterGroup group() {
        return new MeterGroup(this);
    }

    void remove(List<Made> those) {
        those.forEach(m -> registry.remove(m.meter()));
    }

    /** All that the server measures, in the form of Prometheus. */
    public String text() {
        return ServerRegistry.text(registry);
    }

    @PreDestroy
    void stop() {
        remove(made);
        made.clear();
    }
}
