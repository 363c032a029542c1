package io.narthex.quota;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** Room for one upload. Used by one thread. */
public final class Reservation implements AutoCloseable {
    private final Allowance allowance;
    private final BiConsumer<Allowance, Boolean> idle;
    private long bytes;
    private boolean handedOver;

    /** @param idle hears of the allowance when nothing more is under way, and whether this was kept */
    Reservation(Allowance allowance, BiConsumer<Allowance, Boolean> idle) {
        this.allowance = allowance;
        this.idle = idle;
    }

    /**
     * Makes it so large at least.
     *
     * @throws QuotaFullException where there is no room
     */
    public void cover(long total) {
        if (total > bytes) {
            allowance.take(total - bytes);
            bytes = total;
        }
    }

    /** Holds the room until the upload is counted, which it is when this ends well, and then gives it back. */
    public void holdUntil(CompletionStage<?> counted) {
        handedOver = true;
        CompletableFuture<?> unused =
                counted.whenComplete((done, failure) -> settle(failure == null)).toCompletableFuture();
    }

    /** The upload is counted. */
    public void counted() {
        handedOver = true;
        settle(true);
    }

    /** Gives the room back, unless it is held for something. */
    @Override
    public void close() {
        if (!handedOver) {
            handedOver = true;
            settle(false);
        }
    }

    private void settle(boolean kept) {
        if (allowance.giveBack(bytes, kept)) {
            idle.accept(allowance, kept);
        }
    }
}
