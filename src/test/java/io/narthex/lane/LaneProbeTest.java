package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.pace.PacedResponses;
import io.narthex.share.Sharer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneProbeTest {
    private final PacedResponses paced = new PacedResponses();
    private final AtomicLong now = new AtomicLong();
    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void close() {
        open.countDown();
        paced.close();
    }

    @Test
    void getsATurnAsLongAsAnyPlaceIsFree() throws Exception {
        try (FairLane lane = new FairLane("test", 2, 1, paced)) {
            LaneProbe probe = new LaneProbe(lane, now::get);
            hold(lane, "a");

            now.addAndGet(LaneProbe.PATIENCE_NANOS + 1);
            probe.ask();

            awaitTurn(probe);
        }
    }

    @Test
    void isStuckWhileItWaitsAndNoLonger() throws Exception {
        try (FairLane lane = new FairLane("test", 1, 1, paced)) {
            LaneProbe probe = new LaneProbe(lane, now::get);
            hold(lane, "a");
            probe.ask();
            assertThat(probe.state()).isEqualTo(new Lanes.State("test", 1, 1, false));

            now.addAndGet(LaneProbe.PATIENCE_NANOS + 1);
            assertThat(probe.state()).isEqualTo(new Lanes.State("test", 1, 1, true));

            open.countDown();
            awaitTurn(probe);
        }
    }

    /** Once there is room again, it is no longer refused. */
    @Test
    void isStuckWhileTheLineIsFullAndNoLonger() throws Exception {
        try (FairLane lane = new FairLane("test", 1, 1, paced)) {
            LaneProbe probe = new LaneProbe(lane, now::get);
            hold(lane, "a");
            hold(lane, "b");
            probe.ask();

            now.addAndGet(LaneProbe.PATIENCE_NANOS + 1);
            assertThat(probe.isStuck()).isTrue();

            open.countDown();
            awaitTurn(probe);
        }
    }

    private void hold(FairLane lane, String tenant) {
        lane.run(
                new Sharer(tenant, "", ""),
                () -> {
                    try {
                        open.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                () -> {});
    }

    /** Fails after ten seconds. */
    private static void awaitTurn(LaneProbe probe) throws InterruptedException {
        for (int i = 0; i < 1_000 && probe.isStuck(); i++) {
            probe.ask();
            Thread.sleep(10);
        }
        assertThat(probe.isStuck()).isFalse();
    }
}
