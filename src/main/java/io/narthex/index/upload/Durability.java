package io.narthex.index.upload;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits until bytes are durable on disk. */
public final class Durability {
    /** Much longer than a disk takes that works; a client gives up after five minutes. */
    private static final long PATIENCE_SECONDS = 120;

    private Durability() {}

    /** Waits; gives false where it failed or does not end. */
    public static boolean await(Future<?> durable) {
        try {
            durable.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
