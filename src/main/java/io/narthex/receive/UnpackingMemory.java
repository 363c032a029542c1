package io.narthex.receive;

import io.narthex.share.CurrentSharer;
import io.narthex.share.FairPlaces;
import io.narthex.share.Sharer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/**
 * The memory that unpacking takes, bounded for all who unpack and shared out among them: a file may ask for a window of 130
 * MiB. Who finds too little waits for it, on its thread, until others have ended. Thread-safe.
 */
public final class UnpackingMemory {
    private static final long MEBIBYTE = 1 << 20;
    /** Of the heap, most of the windows lie there. */
    private static final int PART_OF_HEAP = 3;
    /** More than there are threads that may unpack. */
    private static final int WAITING = 1_024;

    /** What the server has. */
    public static final UnpackingMemory SHARED = new UnpackingMemory(
            Math.max(NarLimits.DEFAULT_MEMORY, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));

    private final FairPlaces<CountDownLatch> mebibytes;

    /** @param most bytes; as much as the largest window, or files with such a one are never unpacked */
    UnpackingMemory(long most) {
        mebibytes = new FairPlaces<>(mebibytes(most), WAITING);
    }

    private static int mebibytes(long bytes) {
        return Math.toIntExact((bytes + MEBIBYTE - 1) / MEBIBYTE);
    }

    /** How many wait for some. */
    public int waiting() {
        return mebibytes.waiting();
    }

    /** Mebibytes that are taken. */
    public int held() {
        return mebibytes.held();
    }

    /** Whether somebody who has less waits for what this one holds. */
    public boolean isWanted(Sharer who) {
        return mebibytes.isWanted(who);
    }

    /**
     * Takes memory for whom this thread works; waits for it where too much is taken. Who holds some must not take more.
     *
     * @return gives it back
     * @throws IOException where the wait was ended, or so much is never there
     */
    Closeable take(long bytes) throws IOException {
        Sharer who = CurrentSharer.get();
        int wanted = mebibytes(bytes);
        CountDownLatch turn = new CountDownLatch(1);
        switch (mebibytes.enter(who, wanted, turn)) {
            case TAKEN -> {}
            case WAITS -> await(who, wanted, turn);
            case REFUSED -> throw new IOException("there are never " + wanted + " MiB to unpack with");
        }
        return () -> giveBack(who, wanted);
    }

    private void await(Sharer who, int wanted, CountDownLatch turn) throws InterruptedIOException {
        try {
            turn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!mebibytes.withdraw(who, turn)) {
                giveBack(who, wanted);
            }
            throw new InterruptedIOException("ended while it waited for memory to unpack with");
        }
    }

    private void giveBack(Sharer who, int wanted) {
        mebibytes.leave(who, wanted).forEach(CountDownLatch::countDown);
    }
}
