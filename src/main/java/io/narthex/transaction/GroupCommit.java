package io.narthex.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets those who write at the same time share a transaction: who comes while one is under way waits for its end, and is in the next
 * one with all who wait. Each writes on the thread of one of them. Thread-safe.
 */
public final class GroupCommit<T, R> {
    /** A transaction takes about as long, and who waits for one more writes many more. */
    private static final long PATIENCE_MILLIS = 4;

    private final Function<List<T>, List<R>> transaction;
    private final IntSupplier expected;
    private List<Waiting<T, R>> waiting = new ArrayList<>();
    private boolean underWay;

    /** One who writes; guarded by the lock of the whole. */
    private static final class Waiting<T, R> {
        private final T what;
        private boolean over;
        private @Nullable R result;

        Waiting(T what) {
            this.what = what;
        }
    }

    /**
     * @param transaction writes all of these, or nothing; gives what came of each, in their order
     * @param expected how many are about to write, those who do so already among them: they are waited for, some milliseconds
     */
    public GroupCommit(Function<List<T>, List<R>> transaction, IntSupplier expected) {
        this.transaction = transaction;
        this.expected = expected;
    }

    /** Returns when it is written. Throws what the transaction throws for it, and not what it throws for others. */
    public R write(T what) {
        Waiting<T, R> mine = new Waiting<>(what);
        List<Waiting<T, R>> group = await(mine);
        if (!group.isEmpty()) {
            List<R> results = List.of();
            try {
                results = transaction.apply(group.stream().map(one -> one.what).toList());
            } catch (RuntimeException e) {
                if (group.size() == 1) {
                    throw e;
                }
                // by whosever fault: each tries it alone
            } finally {
                end(group, results);
            }
        }
        R result = mine.result;
        return result != null ? result : transaction.apply(List.of(what)).getFirst();
    }

    /** Waits; gives those for whom the caller is to write: none where somebody else did so. */
    private synchronized List<Waiting<T, R>> await(Waiting<T, R> mine) {
        waiting.add(mine);
        boolean interrupted = false;
        while (underWay && !mine.over) {
            try {
                wait();
            } catch (InterruptedException e) {
                // it is written all the same, which is soon
                interrupted = true;
            }
        }
        if (mine.over) {
            restore(interrupted);
            return List.of();
        }
        underWay = true;
        for (int i = 0; i < PATIENCE_MILLIS && waiting.size() < expected.getAsInt() && !interrupted; i++) {
            try {
                wait(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        restore(interrupted);
        List<Waiting<T, R>> group = waiting;
        waiting = new ArrayList<>();
        return group;
    }

    /** How many wait for a transaction to end. */
    synchronized int waiting() {
        return waiting.size();
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param results none: it failed */
    private synchronized void end(List<Waiting<T, R>> group, List<R> results) {
        for (int i = 0; i < group.size(); i++) {
            group.get(i).over = true;
            if (!results.isEmpty()) {
                group.get(i).result = results.get(i);
            }
        }
        underWay = false;
        notifyAll();
    }
}
