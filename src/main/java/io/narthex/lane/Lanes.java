package io.narthex.lane;

import io.narthex.configuration.Settings;
import io.narthex.http.JsonBodies;
import io.narthex.http.JsonBody;
import io.narthex.http.pace.PacedResponses;
import io.narthex.protocol.NarInfoBatch;
import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds the lanes on which requests run: one for each kind of request, so that no kind keeps another waiting.
 * Thread-safe.
 */
@ApplicationScoped
public class Lanes {
    @Inject
    Settings settings;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("narthex-lane-probe"));
    private @Nullable Running running;
    private List<LaneProbe> probes = List.of();

    /**
     * How a lane stands.
     *
     * @param name {@code downloads}, {@code uploads}, {@code requests}, {@code lookups}, {@code lists}, {@code logs}
     * @param held how many run
     * @param waiting how many wait for their turn
     * @param stuck whether who comes new got no turn for five seconds
     */
    public record State(String name, int held, int waiting, boolean stuck) {}

    private record Running(
            PacedResponses paced,
            JsonBodies bodies,
            JsonBodies batches,
            FairLane downloads,
            FairLane uploads,
            FairLane requests,
            FairLane lookups,
            FairLane lists,
            FairLane logs) {
        List<FairLane> all() {
            return List.of(downloads, uploads, requests, lookups, lists, logs);
        }
    }

    @PostConstruct
    void start() {
        PacedResponses paced = new PacedResponses();
        running = new Running(
                paced,
                new JsonBodies(settings.bodyIdle(), JsonBody.MOST),
                new JsonBodies(settings.bodyIdle(), NarInfoBatch.LONGEST),
                // a thread costs little while it waits for its reader; a Nix client opens 25 connections
                new FairLane("downloads", 256, 2_048, paced),
                // unpacking one costs 10 MiB, and up to 130: UnpackingMemory bounds all of them
                new FairLane("uploads", 32, 2_048, paced),
                // each may need one of the 20 connections to the database
                new FairLane("requests", 24, 1_024, paced),
                // a thread costs little while it waits for another server, seconds at most
                new FairLane("lookups", 128, 2_048, paced),
                // each holds a piece of its answer, and is sent on its thread
                new FairLane("lists", 12, 256, paced),
                // each is unpacked while it is sent, which takes 5 MiB
                new FairLane("logs", 16, 512, paced));
        probes = running().all().stream()
                .map(lane -> new LaneProbe(lane, System::nanoTime))
                .toList();
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                new Guarded("lane-probe", () -> probes.forEach(LaneProbe::ask)), 0, 1, TimeUnit.SECONDS);
    }

    /** What is sent as it is made, however long that takes. */
    FairLane downloads() {
        return running().downloads;
    }

    /** What brings a body, of who may push. */
    FairLane uploads() {
        return running().uploads;
    }

    /** What is answered soon. */
    FairLane requests() {
        return running().requests;
    }

    /** What other servers may have to be asked for. */
    FairLane lookups() {
        return running().lookups;
    }

    /** What the API is asked for and has no bound. */
    FairLane lists() {
        return running().lists;
    }

    /** What builds printed. */
    FairLane logs() {
        return running().logs;
    }

    JsonBodies bodies() {
        return running().bodies;
    }

    /** Of those who ask for many narinfos at once. */
    JsonBodies batches() {
        return running().batches;
    }

    PacedResponses paced() {
        return running().paced;
    }

    /** How each lane stands now. */
    public List<State> states() {
        return probes.stream().map(LaneProbe::state).toList();
    }

    private Running running() {
        Running known = running;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    @PreDestroy
    void stop() {
        timer.shutdownNow();
        Running ending = running();
        ending.all().forEach(FairLane::close);
        ending.paced.close();
    }
}
