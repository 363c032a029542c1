package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.pace.PacedResponses;
import io.narthex.share.Sharer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NewcomerTest {
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
            Newcomer newcomer = new Newcomer(lane, now::get);
            hold(lane, "a");

            now.addAndGet(Newcomer.PATIENCE_NANOS + 1);
            newcomer.ask();

            awaitTurn(newcomer);
        }
    }

    @Test
    void isStuckWhileItWaitsAndNoLonger() throws Exception {
        try (FairLane lane = new FairLane("test", 1, 1, paced)) {
            Newcomer newcomer = new Newcomer(lane, now::get);
            hold(lane, "a");
            newcomer.ask();
            assertThat(newcomer.state()).isEqualTo(new Lanes.State("test", 1, 1, false));

            now.addAndGet(Newcomer.PATIENCE_NANOS + 1);
            assertThat(newcomer.state()).isEqualTo(new Lanes.State("test", 1, 1, true));

            open.countDown();
            awaitTurn(newcomer);
        }
    }

    /** Once there is room again, it is no longer refused. */
    @Test
    void isStuckWhileTheLineIsFullAndNoLonger() throws Exception {
        try (FairLane lane = new FairLane("test", 1, 1, paced)) {
            Newcomer newcomer = new Newcomer(lane, now::get);
            hold(lane, "a");
            hold(lane, "b");
            newcomer.ask();

            now.addAndGet(Newcomer.PATIENCE_NANOS + 1);
            assertThat(newcomer.isStuck()).isTrue();

            open.countDown();
            awaitTurn(newcomer);
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
    private static void awaitTurn(Newcomer newcomer) throws InterruptedException {
        for (int i = 0; i < 1_000 && newcomer.isStuck(); i++) {
            newcomer.ask();
            Thread.sleep(10);
        }
        assertThat(newcomer.isStuck()).isFalse();
    }
}
