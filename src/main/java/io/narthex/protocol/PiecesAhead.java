package io.narthex.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A list in pieces, every second of which another thread prepares while its reader works on the one before. A reader that comes to
 * a piece which nobody has begun prepares it itself, so that it waits for no thread to be free.
 */
final class PiecesAhead<T> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PiecesAhead.class.getName());

    private final List<List<T>> pieces = new ArrayList<>();
    private final List<FutureTask<Boolean>> preparations = new ArrayList<>();

    /**
     * Begins.
     *
     * @param prepare what makes a piece quick to read; that it fails is no harm, since the reader meets the same
     */
    PiecesAhead(List<T> all, int size, Executor executor, Consumer<List<T>> prepare) {
        for (int from = 0; from < all.size(); from += size) {
            List<T> piece = all.subList(from, Math.min(from + size, all.size()));
            pieces.add(piece);
            preparations.add(new FutureTask<>(() -> prepare.accept(piece), true));
        }
        if (pieces.size() > 1) {
            try {
                executor.execute(this::prepareEverySecond);
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "event=pieces-not-ahead");
            }
        }
    }

    private void prepareEverySecond() {
        for (int i = 1; i < preparations.size(); i += 2) {
            preparations.get(i).run();
        }
    }

    int count() {
        return pieces.size();
    }

    /** A piece, when its preparation has ended. */
    List<T> get(int index) {
        FutureTask<Boolean> preparation = preparations.get(index);
        // does nothing where it has begun
        preparation.run();
        try {
            preparation.get();
        } catch (ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=piece-not-prepared cause={0}", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return pieces.get(index);
    }

    /** Nothing more is prepared. */
    @Override
    public void close() {
        preparations.forEach(preparation -> preparation.cancel(false));
    }
}
