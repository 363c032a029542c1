package io.narthex.upstream;

import io.micrometer.core.instrument.Timer;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Knows how each upstream stands, and shows it in the meters. Thread-safe. */
@ApplicationScoped
public class UpstreamStates {
    @Inject
    private Meters meters;

    private final Map<Integer, UpstreamState> states = new ConcurrentHashMap<>();
    /** By name; to find one among all meters takes as long as a look-up. */
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();

    /** What stands for all of them together, so that every series is there from the start. */
    private static final String ALL = "all";

    @PostConstruct
    void start() {
        show(
                ALL,
                count -> () -> states.values().stream()
                        .mapToLong(state -> count.applyAsLong(state))
                        .sum());
        gauge(ALL, () -> states.values().stream().filter(UpstreamState::isOpen).count());
        Timer unused = timer(ALL);
    }

    UpstreamState of(Upstream upstream) {
        return states.computeIfAbsent(upstream.id(), id -> shown(upstream.name()));
    }

    private UpstreamState shown(String name) {
        UpstreamState state = new UpstreamState(name);
        show(name, count -> () -> count.applyAsLong(state));
        gauge(name, () -> state.isOpen() ? 1 : 0);
        return state;
    }

    private void show(String name, Function<ToLongFunction<UpstreamState>, LongSupplier> of) {
        counter("hits", "Paths that an upstream had", of.apply(state -> state.hits.sum()), name);
        counter("misses", "Paths that an upstream did not have", of.apply(state -> state.misses.sum()), name);
        counter(
                "refused.signatures",
                "Paths of an upstream that no trusted key had signed",
                of.apply(state -> state.refusedSignatures.sum()),
                name);
        counter(
                "refused.bytes",
                "NARs of an upstream that had the wrong bytes",
                of.apply(state -> state.refusedBytes.sum()),
                name);
        counter("failures", "Requests that an upstream did not answer", of.apply(state -> state.failures.sum()), name);
        counter("fetched.bytes", "Bytes fetched from an upstream", of.apply(state -> state.bytesFetched.sum()), name);
        counter(
                "saved.bytes",
                "Bytes of an upstream that were sent and not fetched for that",
                of.apply(state -> state.bytesSaved.sum()),
                name);
    }

    private void counter(String what, String help, LongSupplier count, String upstream) {
        meters.counter("narthex.upstream." + what, help, count, "upstream", upstream);
    }

    private void gauge(String upstream, DoubleSupplier open) {
        meters.gauge(
                "narthex.upstream.breakers.open",
                "Upstreams that are not asked since they failed",
                open,
                "upstream",
                upstream);
    }

    private Timer timer(String upstream) {
        return timers.computeIfAbsent(
                upstream,
                name -> meters.timer(
                        "narthex.upstream.lookup.duration",
                        "How long an upstream takes to say whether it has a path",
                        "upstream",
                        name));
    }

    /** Names of those that this node does not ask for a while, since they failed. */
    public Set<String> open() {
        return states.values().stream()
                .filter(UpstreamState::isOpen)
                .map(UpstreamState::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** It took so long to say whether it has a path. */
    void answeredIn(Upstream upstream, Duration time) {
        timer(upstream.name()).record(time);
        timer(ALL).record(time);
    }
}
