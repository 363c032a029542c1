package io.narthex.receive;

import io.narthex.index.upload.Durability;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A file that was received and found right, while it is being made durable. Its row is written once: by the publication
 * that takes it meanwhile, or else by staging it soon after it is durable. Thread-safe.
 */
final class Arrival {
    /** A client that pushes path by path sends the narinfo at once; its publication then writes the row as well. */
    private static final long PATIENCE_MILLIS = 25;

    /** A database that restarts is back in seconds. */
    private static final long PAUSE_MILLIS = 1_000;

    /** Bytes without a row are swept after a day. */
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(12);

    private final NarFacts facts;
    private final ReceivedFiles.Facts row;
    private final CompletableFuture<Void> durable;
    private final Supplier<Optional<ReceivedFile>> stage;
    private final Executor executor;
    private final long begun;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CompletableFuture<Optional<ReceivedFile>> kept = new CompletableFuture<>();

    /**
     * @param row what its row is to say
     * @param durable done once a power cut leaves the bytes
     * @param stage writes the row; empty where the cache had a file of that name
     * @param executor runs that
     */
    Arrival(
            NarFacts facts,
            ReceivedFiles.Facts row,
            CompletableFuture<Void> durable,
            Supplier<Optional<ReceivedFile>> stage,
            Executor executor) {
        this(facts, row, durable, stage, executor, PATIENCE_MILLIS, System.nanoTime());
    }

    private Arrival(
            NarFacts facts,
            ReceivedFiles.Facts row,
            CompletableFuture<Void> durable,
            Supplier<Optional<ReceivedFile>> stage,
            Executor executor,
            long pauseMillis,
            long begun) {
        this.facts = facts;
        this.row = row;
        this.durable = durable;
        this.stage = stage;
        this.executor = executor;
        this.begun = begun;
        stageBy(CompletableFuture.delayedExecutor(pauseMillis, TimeUnit.MILLISECONDS, executor));
    }

    /** The same anew, where its row could not be written; empty when that was tried for half a day. */
    Optional<Arrival> again() {
        return System.nanoTime() - begun < LONGEST_NANOS
                ? Optional.of(new Arrival(facts, row, durable, stage, executor, PAUSE_MILLIS, begun))
                : Optional.empty();
    }

    /** Somebody waits until it is kept. */
    void hurry() {
        stageBy(executor);
    }

    private void stageBy(Executor when) {
        CompletableFuture<Void> unused = durable.thenRunAsync(
                        () -> {
                            if (take()) {
                                kept.complete(stage.get());
                            }
                        },
                        when)
                .whenComplete(this::fail);
    }

    NarFacts facts() {
        return facts;
    }

    ReceivedFiles.Facts row() {
        return row;
    }

    CompletableFuture<Void> durable() {
        return durable;
    }

    /** False where it cannot be made durable. */
    boolean awaitDurable() {
        return Durability.await(durable);
    }

    /** The file, once it is durable and its row is there; empty where the cache had one of that name. */
    CompletionStage<Optional<ReceivedFile>> kept() {
        return kept;
    }

    /** True for one caller, who then calls {@link #published} or {@link #leave}. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** The row is written. */
    void published(ReceivedFile file) {
        kept.complete(Optional.of(file));
    }

    /** The row is not written: it is to be staged. */
    void leave() {
        CompletableFuture<Void> unused =
                durable.thenRunAsync(() -> kept.complete(stage.get()), executor).whenComplete(this::fail);
    }

    private void fail(Void done, Throwable failure) {
        if (failure != null) {
            kept.completeExceptionally(failure);
        }
    }
}
