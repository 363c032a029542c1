package io.narthex.change;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assertions;

/** Keeps what it is told. */
@ApplicationScoped
class RecordingListener implements ChangeListener {
    private final List<Change> changes = new CopyOnWriteArrayList<>();
    private final AtomicInteger losses = new AtomicInteger();
    private final AtomicBoolean refuses = new AtomicBoolean();
    private final AtomicBoolean breaks = new AtomicBoolean();

    @Override
    public void changed(Change change) {
        refuseIfTold();
        changes.add(change);
    }

    @Override
    public void lost() {
        refuseIfTold();
        losses.incrementAndGet();
    }

    private void refuseIfTold() {
        if (refuses.get()) {
            throw new IllegalStateException("refused for the test");
        }
        if (breaks.get()) {
            throw new OutOfMemoryError("broken for the test");
        }
    }

    /** In the order of the calls; what is done to the list is done to the memory. */
    List<Change> changes() {
        return changes;
    }

    int losses() {
        return losses.get();
    }

    /** From now on calls end with an Error, or do not. */
    void breakDown(boolean broken) {
        breaks.set(broken);
    }

    /** From now on calls throw, or do not. */
    void refuse(boolean refuse) {
        refuses.set(refuse);
    }

    /** Gives up after the given time. */
    static void await(Duration most, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(most);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                Assertions.fail("not within " + most);
            }
            Thread.sleep(5);
        }
    }
}
